import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvzooError, type Float32Tensor, type Graph, type Parameters } from '@convzoo/layers';
import type { Checkpoint } from '@convzoo/training';
import { encodeWeights, openWeights, writeSafetensors } from '@convzoo/weights';
import { writeFileAtomic } from '@convzoo/weights/node';

/** One line of `history.jsonl`. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** The folder of a training: `checkpoint.safetensors`, `history.jsonl` and, at the end, `weights.safetensors`. */
export class TrainingStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get weightsPath(): string {
    return join(this.#folder, 'weights.safetensors');
  }

  /** The checkpoint with the options that it belongs to; resuming with others is refused. */
  async saveCheckpoint({ step, tensors }: Checkpoint, options: string): Promise<void> {
    const named = [...tensors].map(([name, tensor]) => ({ name, tensor }));
    const bytes = writeSafetensors(named, { step: String(step), options });
    await writeFileAtomic(join(this.#folder, 'checkpoint.safetensors'), bytes);
  }

  /** Nothing where there is no checkpoint yet. */
  async loadCheckpoint(options: string): Promise<Checkpoint | undefined> {
    const path = join(this.#folder, 'checkpoint.safetensors');
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const file = await openWeights(bytes);
    const [step, saved] = [Number(file.metadata.get('step')), file.metadata.get('options')];
    if (saved !== options || !Number.isSafeInteger(step)) {
      throw new ConvzooError(
        'other-training',
        `${path} belongs to a training with other options (${saved}); give those, or another --out folder.`,
      );
    }
    const tensors = new Map<string, Float32Tensor>();
    for (const { name } of file.tensors) {
      const tensor = await file.read(name);
      if (tensor.dtype === 'float32') tensors.set(name, tensor);
    }
    return { step, tensors };
  }

  async history(): Promise<readonly EpochRecord[]> {
    const text = await readFile(join(this.#folder, 'history.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as EpochRecord);
  }

  async appendHistory(record: EpochRecord): Promise<void> {
    // A resumed training repeats the epoch that it was stopped in.
    const before = (await this.history()).filter(({ epoch }) => epoch < record.epoch);
    const lines = [...before, record].map((entry) => `${JSON.stringify(entry)}\n`);
    await writeFileAtomic(join(this.#folder, 'history.jsonl'), lines.join(''));
  }

  async saveWeights(graph: Graph, params: Parameters, metadata: Readonly<Record<string, string>>): Promise<void> {
    await writeFileAtomic(this.weightsPath, writeSafetensors(encodeWeights(graph, params), metadata));
  }
}
