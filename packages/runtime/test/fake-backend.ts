import { type Float32Tensor, float32Tensor, type Graph, type Parameters, tapOf } from '@convzoo/layers';
import { type Backend, checkInput, type PrepareOptions, type Session, type UnsupportedNode } from '../src/index.js';

export interface FakeOptions {
  /** Added to every value of every result. */
  readonly offset?: number;
  readonly unsupported?: readonly UnsupportedNode[];
  /** Replaces the shape of the output. */
  readonly shape?: readonly number[];
}

/** A backend without arithmetic: every result holds its index, by which a flaw can be seen. It counts its sessions. */
export class FakeBackend implements Backend {
  readonly description = 'a fake';
  readonly name: string;
  readonly #options: FakeOptions;
  open = 0;

  constructor(name: string, options: FakeOptions = {}) {
    this.name = name;
    this.#options = options;
  }

  unsupported(): readonly UnsupportedNode[] {
    return this.#options.unsupported ?? [];
  }

  async prepare(graph: Graph, _: Parameters, { taps = [] }: PrepareOptions = {}): Promise<Session> {
    const { offset = 0, shape } = this.#options;
    const ramp = (batch: number, example: readonly number[]): Float32Tensor => {
      const size = example.reduce((a, b) => a * b, batch);
      return float32Tensor(
        [batch, ...example],
        Float32Array.from({ length: size }, (_value, i) => i + offset),
      );
    };
    this.open++;
    const dispose = async (): Promise<void> => {
      this.open--;
    };
    return {
      backend: this.name,
      graph,
      run: async (input) => {
        const batch = checkInput(graph, input);
        return {
          output: ramp(batch, shape ?? graph.nodes[graph.output]!.shape),
          taps: Object.fromEntries(taps.map((tap) => [tap, ramp(batch, tapOf(graph, tap).shape)])),
        };
      },
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  }
}
