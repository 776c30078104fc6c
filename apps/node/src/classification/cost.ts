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
  const [of, what] = [colors.bold(`${model} costs`), `for one picture of ${input.slice(0, 2).join('x')}:`];
  const fits = model.length + ' costs '.length + what.length <= width;
  print(`\n${of}${fits ? ' ' : '\n'}${what}`);
  print(oneLine.length <= width ? oneLine : facts.map((fact) => `  ${fact}`).join('\n'));
}
