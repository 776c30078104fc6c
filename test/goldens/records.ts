import { readFileSync } from 'node:fs';

/** An intermediate result of a golden record, for the whole batch. */
export interface GoldenTap {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  /** Share of exact zeros. */
  readonly zeros: number;
  /** Flat indices in that shape, and the values there. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** One record of fixtures/goldens/*-eval.jsonl; ../shared/goldens/README.md, section 2, tells what each field means. */
export interface GoldenRecord {
  readonly case: string;
  readonly framework: 'torchvision' | 'timm' | 'keras';
  readonly model: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: {
    readonly shape: readonly number[];
    readonly layout: 'NCHW' | 'NHWC';
    readonly kind: 'signed' | 'byte';
  };
  readonly params: number;
  readonly bn_log4?: Readonly<Record<string, number>>;
  readonly logits0: readonly number[];
  readonly logits1: { readonly first16: readonly number[]; readonly sum: number; readonly sumsq: number };
  /** Standard deviation of `logits0`. */
  readonly std: number;
  readonly taps: readonly GoldenTap[];
}

const lines = <T>(name: string): readonly T[] =>
  readFileSync(new URL(`../../fixtures/goldens/${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const files = ['torch', 'timm', 'keras'];

export const records: readonly GoldenRecord[] = files.flatMap((file) => lines<GoldenRecord>(`${file}-eval`));

interface Keys {
  readonly case: string;
  readonly keys: readonly (readonly [name: string, shape: readonly number[]])[];
}

const keys = files.flatMap((file) => lines<Keys>(`${file}-keys`));

/** Cases are called `NETWORK-HEIGHTxWIDTH`. */
const networkName = (name: string): string => name.replace(/-\d+x\d+$/, '');

/** Names and shapes of the filled arrays of a record, in the framework's spelling and layout: any input has the same. */
export function keysOf(record: GoldenRecord): Keys['keys'] {
  const found = keys.find((entry) => networkName(entry.case) === networkName(record.case));
  if (found === undefined) throw new Error(`there are no keys for ${record.case}`);
  return found.keys;
}
