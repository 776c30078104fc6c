import { InvalidArgumentError } from 'commander';
import { TOLERANCE } from '../choices.js';
import { backendHelp, command, threadCount, threadsHelp } from './options.js';

const tolerance = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError('It must be a number above 0, up to 1, such as 1e-4.');
  }
  return value;
};

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function verifyCommand() {
  return command('verify')
    .description("Prove a port: compare a network with Python's numbers, layer by layer")
    .argument('[model]', 'network of the zoo, or your own (.ts, .js, JSON graph, Keras model); the record names one')
    .option('--golden <file>', 'golden records, one JSON record a line; - for standard input')
    .option('--case <names...>', 'only the records of these cases')
    .option('--keys <file>', 'names and shapes of the parameters, where the records lack them')
    .option('--backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--tolerance <error>', 'largest error over the spread of the logits', tolerance, TOLERANCE)
    .option('--rename <ours=theirs>', 'what the record calls a layer; repeat as needed', collect)
    .option('--verbose', 'show every layer that is compared')
    .option('--jsonl', 'a line for each record, as soon as it is compared')
    .option('--script', 'write the Python script that makes records to stdout')
    .addHelpText(
      'after',
      `
Two commands prove a port:
  $ convzoo verify --script > record_golden.py
  $ python record_golden.py torchvision:resnet18 -o resnet18.jsonl
  $ convzoo verify --golden resnet18.jsonl
and one of your own:
  $ python record_golden.py my_net.py:build --size 64 -o my-net.jsonl
  $ convzoo verify my-net.ts --golden my-net.jsonl
where the record calls its layers otherwise:
  $ convzoo verify my-net.ts --golden my-net.jsonl \\
      --rename 'stage{s:1}=layers.{s:0}'

Exit code 0 only where every record that was chosen agrees.`,
    )
    .action(async (model, options) => {
      const { verify } = await import('../actions/verify.js');
      process.exitCode = await verify(model, options);
    });
}
