import { flattenedFrom, type Graph, isDepthwise, type ParamSpec, type Shape } from '@convzoo/layers';

/** What decides how a framework lays a parameter out. `vector` is anything that is not a kernel. */
export type ParamKind = 'convolution' | 'depthwise' | 'dense' | 'layerScale' | 'vector';

/** A parameter and where in the network it is used. */
export interface ParamPlace {
  readonly spec: ParamSpec;
  readonly kind: ParamKind;
  /** Path of its node, e.g. `layer1.0.conv1`. */
  readonly module: string;
  /** The rest of its path, e.g. `weight`. */
  readonly leaf: string;
  /** Input channels of a depthwise convolution. */
  readonly channels: number;
  /** `[h, w, c]` of the map that a dense kernel's input was flattened from. */
  readonly flattened: Shape | undefined;
}

/** The place of every parameter, in the order of the nodes, shared parameters once. */
export function placesOf(graph: Graph): readonly ParamPlace[] {
  const places = new Map<string, ParamPlace>();
  for (const node of graph.nodes) {
    for (const spec of node.params) {
      if (places.has(spec.path)) continue;
      const kind = node.op === 'layerScale' ? 'layerScale' : kindOf(spec, isDepthwise(node, graph));
      const own = spec.path.startsWith(`${node.path}.`);
      const end = own ? node.path.length : Math.max(spec.path.lastIndexOf('.'), 0);
      places.set(spec.path, {
        spec,
        kind,
        module: spec.path.slice(0, end),
        leaf: spec.path.slice(end === 0 ? 0 : end + 1),
        channels: node.op === 'conv2d' ? node.attributes.groups : 1,
        flattened: kind === 'dense' ? flattenedFrom(graph, node) : undefined,
      });
    }
  }
  return [...places.values()];
}

function kindOf(spec: ParamSpec, depthwise: boolean): ParamKind {
  if (spec.role !== 'kernel' || spec.shape.length < 2) return 'vector';
  if (spec.shape.length === 2) return 'dense';
  return depthwise ? 'depthwise' : 'convolution';
}
