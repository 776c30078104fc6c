import { ConvzooError, type CustomOp, GRAPH_FORMAT, type Graph, GraphError, graphFromJson } from '@convzoo/layers';
import { JsonMistake, lineAt, scanJson } from './json-scan.js';

/** Characters of a text that is read; a graph of 1000 nodes has 300,000. */
export const MAX_TEXT = 4_000_000;

/** Nodes of a network that is drawn and counted at each change; ResNet-152 has 520. */
export const MAX_DRAWN = 4000;

/** Why a text is no network. Each has words in `strings/build.ts`. */
export interface TextProblem {
  readonly kind: 'json' | 'graph' | 'too-large' | 'keras-model';
  /** In English, from the reader. */
  readonly message: string;
  /** From 1; undefined where no line is at fault. */
  readonly line: number | undefined;
}

/** Reads a graph as the command line does; a problem comes with its line. */
export function readGraphText(
  text: string,
  ops: readonly CustomOp[] = [],
): { readonly graph: Graph } | { readonly problem: TextProblem } {
  if (text.length > MAX_TEXT) {
    const message = `The text has ${text.length} characters; up to ${MAX_TEXT} are read.`;
    return { problem: { kind: 'too-large', message, line: undefined } };
  }
  const places = new Map<string, number>();
  try {
    scanJson(text, (place, offset) => places.set(place, offset));
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return { problem: { kind: 'json', message: error.message, line: lineAt(text, error.offset) } };
  }
  const json: unknown = JSON.parse(text);
  if (isKeras(json)) {
    const message = `This is a model of Keras or TensorFlow.js, no graph of this project ("format": "${GRAPH_FORMAT}").`;
    return { problem: { kind: 'keras-model', message, line: undefined } };
  }
  try {
    const graph = graphFromJson(json, { ops });
    return graph.nodes.length <= MAX_DRAWN ? { graph } : { problem: tooManyNodes(graph) };
  } catch (error) {
    if (!(error instanceof ConvzooError)) throw error;
    const offset = nearest(places, placeOf(error, json));
    return {
      problem: { kind: 'graph', message: error.message, line: offset === undefined ? 1 : lineAt(text, offset) },
    };
  }
}

export const tooManyNodes = ({ nodes }: Graph): TextProblem => ({
  kind: 'too-large',
  message: `The network has ${nodes.length} nodes; up to ${MAX_DRAWN} are drawn here.`,
  line: undefined,
});

const isKeras = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && ('modelTopology' in json || 'class_name' in json);

/** The place that a message of the reader names, or the node of the path that the builder names. */
function placeOf(error: ConvzooError, json: unknown): string {
  const [, place] = /^Graph JSON, ([^:]+): /.exec(error.message) ?? [];
  if (place !== undefined) return place;
  if (!(error instanceof GraphError) || error.path === '') return '';
  const { nodes } = json as { readonly nodes: readonly { readonly path: string }[] };
  // Of two nodes of one path the second is the mistake.
  const index = nodes.findLastIndex(({ path }) => path === error.path);
  return index === -1 ? '' : `nodes[${index}]`;
}

/** Where a place begins, or what it would lie in. */
function nearest(places: ReadonlyMap<string, number>, place: string): number | undefined {
  for (let each = place; each !== ''; each = each.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[\]]+)$/, '')) {
    const offset = places.get(each);
    if (offset !== undefined) return offset;
  }
  return undefined;
}
