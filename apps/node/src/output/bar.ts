/** A bar of `width` columns for a share of 1, in eighths of a column. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const rest = eighths % 8;
  return '█'.repeat(eighths >> 3) + (rest === 0 ? '' : ' ▏▎▍▌▋▊▉'.charAt(rest));
}
