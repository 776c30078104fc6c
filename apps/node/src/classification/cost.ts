import { analyse } from '@convzoo/cost-analysis';
import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import type { LoadedNetwork } from '../network/load.js';
import type { Terminal } from '../output/terminal.js';

/** What one picture costs, for people. */
export function printCost({ print, colors, width }: Terminal, { graph, model }: LoadedNetwork): void {
  const { total, input } = analyse(graph);
  const facts = [
    `${formatCount(total.params)} parameters`,
    `${formatBytes(total.weightBytes)} as float32`,
    `${formatCount(total.macs)} MACs = ${formatCount(total.flops)} FLOPs`,
  ];
  const oneLine = `  ${facts.join(', ')}`;
  print(`\n${colors.bold(`${model} costs`)} for one picture of ${input.slice(0, 2).join('x')}:`);
  print(oneLine.length <= width ? oneLine : facts.map((fact) => `  ${fact}`).join('\n'));
}
