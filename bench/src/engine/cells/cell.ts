import { buildModel } from '@convzoo/zoo';
import { seededInput } from '../network.js';
import type { Loaded, Task } from '../protocol.js';
import type { Loader } from '../runtimes/runtime.js';

/** What a process or a page does: loads a network once and runs it as often as it is told. */
export class Cell {
  #run: (() => Promise<Float32Array>) | undefined;

  async load(task: Task, loader: Loader): Promise<Loaded> {
    const { data, shape } = seededInput(buildModel(task.model), task.batch);
    const begin = await loader(task);
    const start = performance.now();
    const running = await begin();
    const load = performance.now() - start;
    const input = running.layout === 'channels-first' ? channelsFirst(data, shape) : data;
    this.#run = () => running.run(input);
    const before = performance.now();
    const output = await running.run(input);
    const first = performance.now() - before;
    return { description: running.description, load, first, output: [...output] };
  }

  /** Milliseconds of each run. */
  async run(runs: number): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      await this.#run?.();
      times.push(performance.now() - start);
    }
    return times;
  }
}

/** NHWC to NCHW. */
function channelsFirst(
  data: Float32Array,
  [batch = 1, height = 1, width = 1, channels = 1]: readonly number[],
): Float32Array {
  const result = new Float32Array(data.length);
  const pixels = height * width;
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let c = 0; c < channels; c++) {
        result[(n * channels + c) * pixels + pixel] = data[(n * pixels + pixel) * channels + c] ?? 0;
      }
    }
  }
  return result;
}
