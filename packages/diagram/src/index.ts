export { COLOURS } from './colours.js';
export {
  type Diagram,
  type DiagramEdge,
  type DiagramGroup,
  type DiagramNode,
  type DiagramOptions,
  diagramOf,
} from './diagram.js';
export { toDot } from './dot.js';
export { groupLabel, linesOf } from './labels.js';
export { toMermaid } from './mermaid.js';
export { toText } from './text.js';
export type { UnitKind } from './unit.js';
