// Numbers as people read them. Figures are the same in every language of the page.

const UNITS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `25.6 M`, `269.7 k`: three figures or four, a prefix of thousands. */
export function formatCount(value: number): string {
  for (const [unit, prefix] of UNITS) if (value >= unit) return `${scaled(value / unit)} ${prefix}`;
  return String(value);
}

/** `1.09 MB`, in thousands as disks and hosts count. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${formatCount(bytes)}B`;
}

/** `8.3 ms`, `1.25 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** `85.2 %` of a share of 1. */
export const formatPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const scaled = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
