import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { program } from '../src/program.js';

/** Every command with the words that lead to it; those of groups too, and the program itself as ''. */
export function commandsUnder(
  command: CommandUnknownOpts,
  path: readonly string[] = [],
): readonly (readonly [string, CommandUnknownOpts])[] {
  const own = [path.join(' '), command] as const;
  return [own, ...command.commands.flatMap((sub) => commandsUnder(sub, [...path, sub.name()]))];
}

/** The program with all of its commands. */
export const wholeProgram = async (): Promise<CommandUnknownOpts> =>
  (await program('help')) as unknown as CommandUnknownOpts;

/**
 * Parses arguments as the program does, and does nothing. Returns the command that would run, `help` where only help is shown.
 *
 * @throws CommanderError for what the parser refuses
 */
export async function parseArgs(args: readonly string[]): Promise<string> {
  const root = await wholeProgram();
  let found = 'help';
  for (const [path, command] of commandsUnder(root)) {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.action(() => {
      found = path;
    });
  }
  await root.parseAsync([...args], { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'commander.helpDisplayed')) throw error;
  });
  return found;
}
