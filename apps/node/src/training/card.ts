import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { arch, cpus, platform, release } from 'node:os';
import { basename } from 'node:path';
import type { LabelledImages } from '@convzoo/preprocessing';
import type { Card } from '@convzoo/pretrained-resnet20-cifar10';
import type { Backend } from '@convzoo/runtime';
import type { Recipe } from './run.js';
import type { EpochRecord } from './store.js';

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

export interface CardParts {
  readonly recipe: Recipe;
  readonly preset: string;
  readonly dataPath: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly weightsPath: string;
  readonly history: readonly EpochRecord[];
  readonly backend: Backend;
}

/** The card of a finished training. */
export async function makeCard(parts: CardParts): Promise<Card> {
  const { recipe, train, test, history, weightsPath, dataPath } = parts;
  const top1 = history.at(-1)?.testAccuracy ?? 0;
  const of = test.labels.length;
  return {
    model: recipe.model,
    preset: parts.preset,
    classes: train.classes,
    weights: {
      file: basename(weightsPath),
      bytes: (await stat(weightsPath)).size,
      sha256: await sha256OfFile(weightsPath),
    },
    data: { file: basename(dataPath), sha256: await sha256OfFile(dataPath), train: train.labels.length, test: of },
    accuracy: { top1, correct: Math.round(top1 * of), of },
    recipe: { ...recipe },
    command: commandOf(recipe, basename(dataPath)),
    environment: {
      backend: parts.backend.description,
      node: process.version,
      system: `${platform()} ${release()} ${arch()}`,
      cpu: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    },
    history,
  };
}

/** The command that trains by this recipe: every option is written out, so that defaults may change. */
function commandOf(recipe: Recipe, data: string): string {
  const { model, nesterov, ...rest } = recipe;
  const options = Object.entries(rest).map(([name, value]) => `--${kebab(name)} ${value}`);
  return ['convzoo train', model, `--data ${data}`, ...options, nesterov ? '--nesterov' : '--no-nesterov'].join(' ');
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
