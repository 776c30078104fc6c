import { Builder, type Graph, type Shape, type Value } from '@convzoo/layers';
import { type Block, blockNames, type Composition } from './composition.js';
import { definitionOf } from './kinds.js';

/** What a block became. */
export interface Step {
  readonly name: string;
  /** Nodes of the graph that are its: from the first up to, not including, the end. */
  readonly nodes: readonly [first: number, end: number];
  /** Of what comes out. */
  readonly shape: Shape;
}

/** A block that could not be built, and what it got. */
export interface Fault {
  readonly at: number;
  readonly error: unknown;
  readonly input: Shape;
}

export interface Composed {
  /** The network up to the block that could not be built, if there is one. */
  readonly graph: Graph;
  readonly steps: readonly Step[];
  readonly fault: Fault | undefined;
}

/** Builds the blocks one after the other, each in a module of its name. */
export function compose(composition: Composition): Composed {
  const fault = firstFault(composition);
  const blocks = fault === undefined ? composition.blocks : composition.blocks.slice(0, fault.at);
  const nn = new Builder(composition.name);
  const names = blockNames(blocks);
  const steps: Step[] = [];
  let x: Value = nn.input([...composition.input]);
  blocks.forEach((block, i) => {
    const name = names[i] ?? '';
    const first = (steps.at(-1)?.nodes[1] ?? x.id + 1) satisfies number;
    x = nn.module(name, () => buildBlock(nn, x, block));
    steps.push({ name, nodes: [first, nn.graph(x).nodes.length], shape: x.shape });
  });
  return { graph: nn.graph(x), steps, fault };
}

/** Nodes of a block that fails half way would be left in the graph, so it is looked for in a builder of its own. */
function firstFault({ name, input, blocks }: Composition): Fault | undefined {
  const nn = new Builder(name);
  const names = blockNames(blocks);
  let x: Value = nn.input([...input]);
  for (const [at, block] of blocks.entries()) {
    const before = x.shape;
    try {
      x = nn.module(names[at] ?? '', () => buildBlock(nn, x, block));
    } catch (error) {
      return { at, error, input: before };
    }
  }
  return undefined;
}

const buildBlock = (nn: Builder, x: Value, { kind, settings }: Block): Value =>
  definitionOf(kind).build(nn, x, settings);
