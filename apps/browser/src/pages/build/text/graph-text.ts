import type { Json, JsonObject } from '@convzoo/layers';

/** A graph as text with each node on a line of its own, so that a message can name the line, and a change is one. */
export function graphText(graph: JsonObject): string {
  const entries = Object.entries(graph).map(([key, value]) => `  ${JSON.stringify(key)}: ${entryText(key, value)}`);
  return `{\n${entries.join(',\n')}\n}\n`;
}

function entryText(key: string, value: Json): string {
  if (key !== 'nodes' || !Array.isArray(value)) return spaced(value);
  return value.length === 0 ? '[]' : `[\n${value.map((node) => `    ${spaced(node)}`).join(',\n')}\n  ]`;
}

/** JSON on one line, with a space after commas and colons. */
function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
