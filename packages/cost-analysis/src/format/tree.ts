import { sumOf } from '../group.js';
import type { CostReport, CostRow } from '../report.js';
import type { Item } from './items.js';

interface Scope {
  readonly path: string;
  readonly rows: CostRow[];
  /** Scopes and layers in order. */
  readonly children: (Scope | CostRow)[];
}

/** A line for each scope of the paths with the sum of what is in it, and below it its scopes and layers. */
export function treeItems({ rows }: CostReport): readonly Item[] {
  const root: Scope = { path: '', rows: [], children: [] };
  const scopes = new Map<string, Scope>([['', root]]);
  for (const row of rows) {
    let parent = root;
    for (const path of enclosing(row.path)) {
      let scope = scopes.get(path);
      if (scope === undefined) {
        scope = { path, rows: [], children: [] };
        scopes.set(path, scope);
        parent.children.push(scope);
      }
      scope.rows.push(row);
      parent = scope;
    }
    parent.children.push(row);
  }
  return root.children.flatMap((child) => itemsUnder(child, 0));
}

function itemsUnder(node: Scope | CostRow, depth: number): readonly Item[] {
  if (!('children' in node)) {
    const { path, ...row } = node;
    return [{ ...row, isTotal: false, name: path, layers: 1, depth }];
  }
  const { path, rows, children } = node;
  const shape = rows.at(-1)?.shape ?? null;
  const scope: Item = { ...sumOf(rows), isTotal: false, name: path, kind: '', layers: rows.length, shape, depth };
  return [scope, ...children.flatMap((child) => itemsUnder(child, depth + 1))];
}

/** `a.b.c` lies in `a` and `a.b`. */
function enclosing(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
}
