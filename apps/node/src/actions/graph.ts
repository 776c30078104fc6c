import { analyse } from '@convzoo/cost-analysis';
import { formatCount } from '@convzoo/cost-analysis/format';
import { type Diagram, diagramOf, toDot, toMermaid, toText } from '@convzoo/diagram';
import type { Graph } from '@convzoo/layers';
import { writeFileAtomic } from '@convzoo/weights/node';
import { details } from '../choices.js';
import { UsageError } from '../errors.js';
import { openModel } from '../network/model.js';
import { type OutputOptions, terminalOf } from '../output/terminal.js';
import { buildOptions, oneOf } from './model-options.js';

interface GraphOptions extends OutputOptions {
  readonly svg?: boolean | undefined;
  readonly mermaid?: boolean | undefined;
  readonly dot?: boolean | undefined;
  readonly output?: string | undefined;
  readonly detail: string;
  readonly input?: string | undefined;
  readonly classes?: number | undefined;
  readonly dialect?: string | undefined;
}

export async function drawGraph(model: string, options: GraphOptions): Promise<void> {
  const terminal = terminalOf(options);
  const format = formatOf(options);
  const { graph } = await openModel(model, buildOptions(options));
  const diagram = diagramOf(graph, { detail: oneOf(details, options.detail, '--detail') ?? 'blocks' });
  const text = await render(diagram, graph, format);
  if (options.output === undefined) terminal.print(text.trimEnd());
  else {
    await writeFileAtomic(options.output, text);
    terminal.note(`${options.output}: ${diagram.nodes.length} boxes for ${graph.nodes.length} nodes.`);
  }
}

const FORMATS = ['svg', 'mermaid', 'dot', 'json'] as const;
type Format = (typeof FORMATS)[number] | 'text';

function formatOf(options: { readonly [K in (typeof FORMATS)[number]]?: boolean | undefined }): Format {
  const chosen = FORMATS.filter((format) => options[format] === true);
  if (chosen.length > 1) {
    throw new UsageError(
      'bad-option',
      `One format at a time; got ${chosen.map((format) => `--${format}`).join(' and ')}.`,
    );
  }
  return chosen[0] ?? 'text';
}

async function render(diagram: Diagram, graph: Graph, format: Format): Promise<string> {
  switch (format) {
    case 'mermaid':
      return toMermaid(diagram);
    case 'dot':
      return toDot(diagram);
    case 'json':
      return JSON.stringify(plain(diagram), null, 2);
    case 'text':
      return toText(diagram);
    case 'svg': {
      const { toSvg } = await import('@convzoo/diagram/svg');
      return toSvg(diagram, { tooltip: countsOf(graph) });
    }
  }
}

/** The diagram with the paths of its members in place of the nodes. */
function plain({ nodes, ...rest }: Diagram) {
  return {
    ...rest,
    nodes: nodes.map(({ members, ...node }) => ({ ...node, members: members.map(({ path }) => path) })),
  };
}

/** Parameters and MACs of everything that a box stands for. */
function countsOf(graph: Graph): (node: Diagram['nodes'][number]) => string {
  const rows = new Map(analyse(graph).rows.map((row) => [row.path, row]));
  return ({ members }) => {
    const total = (field: 'params' | 'macs'): number =>
      members.reduce((sum, { path }) => sum + (rows.get(path)?.[field] ?? 0), 0);
    return `${formatCount(total('params'))} parameters, ${formatCount(total('macs'))} MACs`;
  };
}
