import { readFileSync } from 'node:fs';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { benchCommand } from './commands/bench.js';
import { claimsCommand } from './commands/claims.js';
import { classifyCommand } from './commands/classify.js';
import { compareCommand } from './commands/compare.js';
import { completionCommand } from './commands/completion.js';
import { convertCommand } from './commands/convert.js';
import { costCommand } from './commands/cost/index.js';
import { doctorCommand } from './commands/doctor.js';
import { engineCommand } from './commands/engine.js';
import { evaluateCommand } from './commands/evaluate.js';
import { explainCommand } from './commands/explain.js';
import { featuresCommand } from './commands/features.js';
import { graphCommand } from './commands/graph.js';
import { newCommand } from './commands/new.js';
import { preprocessCommand } from './commands/preprocess.js';
import { trainCommand } from './commands/train.js';
import { verifyCommand } from './commands/verify.js';
import { weightsCommand } from './commands/weights/index.js';

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof found === 'string' ? found : 'unknown';
}

/** The whole command line. Without a command it classifies the sample pictures. */
export function program() {
  const root = new Command('convzoo')
    .description('Classic convolutional networks: classify, count, train, evaluate.')
    .version(version())
    // Options after a command are that command's: `cost explain --json` has a --json of its own.
    .enablePositionalOptions()
    .addCommand(classifyCommand(), { isDefault: true })
    .addCommand(doctorCommand())
    .addCommand(evaluateCommand())
    .addCommand(explainCommand())
    .addCommand(featuresCommand())
    .addCommand(completionCommand())
    .addCommand(convertCommand())
    .addCommand(costCommand())
    .addCommand(claimsCommand())
    .addCommand(compareCommand())
    .addCommand(benchCommand())
    .addCommand(engineCommand())
    .addCommand(graphCommand())
    .addCommand(newCommand())
    .addCommand(preprocessCommand())
    .addCommand(trainCommand())
    .addCommand(verifyCommand())
    .addCommand(weightsCommand())
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.');
  // Errors come back as exceptions, so that main decides the exit code; subcommands were made before and need it too.
  withExceptions(root);
  return root;
}

function withExceptions(command: CommandUnknownOpts): void {
  command.exitOverride();
  for (const sub of command.commands) withExceptions(sub);
}
