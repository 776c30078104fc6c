import { command, wholeNumber } from './options.js';

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
      const { drawGraph } = await import('../actions/graph.js');
      await drawGraph(model, options);
    });
}
