import { existsSync } from 'node:fs';
import type { ResolvedFile } from '@convzoo/hub/node';
import { findPretrained, type PretrainedWeights } from '@convzoo/zoo/pretrained';
import type { Terminal } from '../output/terminal.js';
import { embeddedPath } from './embedded-path.js';

export interface ResolveWeightsOptions {
  /** Base URL or folder that stands for every host. */
  readonly mirror?: string | undefined;
  readonly offline?: boolean | undefined;
  /** Downloads again what is in the cache. */
  readonly refresh?: boolean | undefined;
  /** Where progress is shown; nowhere by default. */
  readonly terminal?: Terminal | undefined;
}

export interface ResolvedWeights extends ResolvedFile {
  /** The entry of the catalogue, where the text was a name of it. */
  readonly entry?: PretrainedWeights | undefined;
}

/**
 * The file that `--weights` means: a path, `hf://OWNER/REPO/FILE`, an https address, or a name of the catalogue. What is not
 * on disk is downloaded and kept.
 *
 * @throws HubError
 */
export async function resolveWeights(text: string, options: ResolveWeightsOptions = {}): Promise<ResolvedWeights> {
  const entry = findPretrained(text);
  const own = entry === undefined ? undefined : embeddedPath(entry);
  if (own !== undefined) return { path: own, from: 'file', entry };
  // Without the hub's code, which is for what is elsewhere.
  if (!/^\w+:\/\//.test(text) && existsSync(text)) return { path: text, from: 'file' };
  const { downloadWeights } = await import('./download.js');
  const found = await downloadWeights(text, options);
  return { ...found, entry: found.from === 'file' ? undefined : entry };
}
