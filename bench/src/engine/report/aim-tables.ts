import { figure, table } from '../../tables.js';
import type { Results } from '../results.js';
import { type Aim, aimsOf, isMet } from './aims.js';

/** A table for each kind of aim, after a line that counts. */
export function aimTables(results: Results): string {
  const aims = aimsOf(results);
  const told = aims.filter(({ value }) => value !== undefined);
  const met = told.filter(isMet);
  const unmeasured = aims.length - told.length;
  const count = `${met.length} of ${told.length} figures meet their aim${unmeasured > 0 ? `; ${unmeasured} more were not measured` : ''}. A figure in bold does not.`;
  const groups = new Map<string, Aim[]>();
  for (const aim of aims) groups.set(aim.group, [...(groups.get(aim.group) ?? []), aim]);
  const tables = [...groups].map(([group, of]) => groupTable(group, of));
  const marks = [
    aims.some((aim) => aim.mixed) ? ['`~`: of two different runs.'] : [],
    aims.some((aim) => aim.disturbed) ? ['`*`: others used the machine during some of it.'] : [],
  ].flat();
  return [count, ...tables, ...marks].join('\n\n');
}

function groupTable(group: string, aims: readonly Aim[]): string {
  const columns = [...new Set(aims.map(({ of }) => of))];
  const lines = [...new Set(aims.map(({ what }) => what))];
  const rows = lines.map((what) => [
    what,
    ...columns.map((column) => cellOf(aims.find((aim) => aim.what === what && aim.of === column))),
  ]);
  const issue = aims[0]?.issue ?? 7;
  return `**${group}** (issue ${issue})\n\n${table(['', ...columns], rows)}`;
}

function cellOf(aim: Aim | undefined): string {
  if (aim === undefined) return '';
  const bound = `${aim.sense === 'at least' ? '≥' : '≤'} ${figure(aim.aim)}`;
  if (aim.value === undefined) return `- (${bound})`;
  const value = `${figure(aim.value)}${aim.mixed ? ' ~' : ''}${aim.disturbed ? ' *' : ''}`;
  return isMet(aim) ? `${value} (${bound})` : `**${value}** (${bound})`;
}
