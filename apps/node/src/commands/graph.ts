import { analyse } from '@convzoo/cost-analysis';
import { formatCount } from '@convzoo/cost-analysis/format';
import { type Diagram, diagramOf, toDot, toMermaid, toText } from '@convzoo/diagram';
import type { Graph } from '@convzoo/layers';
import { writeFileAtomic } from '@convzoo/weights/node';
import { UsageError } from '../errors.js';
import { openModel } from '../network/model.js';
import { terminalOf } from '../output/terminal.js';
import { buildOptions, oneOf } from './model-options.js';
import { command, wholeNumber } from './options.js';

const DETAILS = ['blocks', 'units', 'nodes'] as const;

export function graphCommand() {
  return command('graph')
    .description('Draw the architecture of a network: repeated blocks once, shortcuts dashed')
    .argument('<model>', 'network of the zoo, or a file: an architecture (.ts, .js), a graph (.json), a Keras model')
    .option('--svg', 'a picture that every browser shows')
    .option('--mermaid', 'a flowchart for Markdown, as GitHub draws it')
    .option('--dot', "Graphviz's language")
    .option('-o, --output <file>', 'write it there; without, to the terminal')
    .option('--detail <what>', 'blocks: repeated ones once; units: all of them; nodes: every operation', 'blocks')
    .option('--input <size>', 'height and width: 224, or 97x131')
    .option('--classes <count>', 'outputs of the classifier', wholeNumber(1))
    .option('--dialect <name>', 'whose variant of the network: torchvision, timm or keras')
    .addHelpText(
      'after',
      `
Without a format it prints an outline.

Examples:
  $ convzoo graph resnet50
  $ convzoo graph resnet50 --svg -o resnet50.svg
  $ convzoo graph ./my-net.ts --mermaid >> README.md
  $ convzoo graph mobilenet_v2 --dot | dot -Tpdf > mobilenet_v2.pdf`,
    )
    .action(async (model, options) => {
      const terminal = terminalOf(options);
      const format = formatOf(options);
      const { graph } = await openModel(model, buildOptions(options));
      const diagram = diagramOf(graph, { detail: oneOf(DETAILS, options.detail, '--detail') ?? 'blocks' });
      const text = await render(diagram, graph, format);
      if (options.output === undefined) terminal.print(text.trimEnd());
      else {
        await writeFileAtomic(options.output, text);
        terminal.note(`${options.output}: ${diagram.nodes.length} boxes for ${graph.nodes.length} nodes.`);
      }
    });
}

const FORMATS = ['svg', 'mermaid', 'dot', 'json'] as const;
type Format = (typeof FORMATS)[number] | 'text';

function formatOf(options: { readonly [K in (typeof FORMATS)[number]]?: true | undefined }): Format {
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
