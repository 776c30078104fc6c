import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { commandsUnder, parseArgs, wholeProgram } from './parse.js';
import { callsIn, logicalLines } from './shell.js';

const commands = commandsUnder(await wholeProgram());

/** What --help writes on a terminal of 80 columns. */
function helpOf(command: CommandUnknownOpts): string {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => void parts.push(part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return parts.join('');
}

const examplesIn = (help: string): readonly string[] =>
  logicalLines(help)
    .filter((line) => /^ +\$ /.test(line))
    .map((line) => line.replace(/^ +\$ /, '').replace(/ {3,}[a-z].*$/, ''));

describe.each(commands)('convzoo %s --help', (path, command) => {
  const help = helpOf(command);
  const examples = examplesIn(help);

  it('has examples of this command', () => {
    expect(help).toMatch(/Examples:\n|Two commands prove a port:\n/);
    const calls = examples.flatMap(callsIn);
    const own = calls.filter(({ args }) => path.split(' ').every((word, i) => word === '' || args[i] === word));
    expect(own.length).toBeGreaterThan(0);
  });

  it('has examples that parse, each for a command that is there', async () => {
    const calls = examples.flatMap(callsIn);
    // Other programs (python, node, curl) have no call.
    for (const example of examples) {
      if (/\bconvzoo\b/.test(example.replace(/^echo .*/, ''))) expect(callsIn(example), example).not.toEqual([]);
    }
    for (const { args, text } of calls) {
      const ran = await parseArgs(args).catch((error: unknown) => `${text}: ${String(error)}`);
      const names = commands.map(([name]) => name);
      expect(['help', ...names], text).toContain(ran);
      if (args[0] !== undefined && !args.includes('--help')) expect(ran, text).not.toBe('help');
    }
  });

  it('names no option that is not there', () => {
    const known = new Set(commands.flatMap(([, each]) => each.options.map(({ long }) => long)));
    // The command about settings names the flags that undo them, whichever command's they are.
    const all = path === 'config' ? [...known] : [];
    const own = new Set(['--help', '--version', ...all, ...command.options.map(({ long }) => long)]);
    const text = help.replaceAll(/^ +\$ .*(?:\\\n.*)*$/gm, '');
    // The options of other programs stand in examples, and those of other commands are named with their command.
    const named = [...text.matchAll(/(?:"?([a-z]+(?: [a-z]+)?)"? )?(?<![\w-])(--[a-z][a-z-]*)/g)];
    for (const [, word = '', option = ''] of named) {
      const ofOther = commands.some(([name]) => name !== '' && word.endsWith(name.split(' ').at(-1) ?? ''));
      expect([...(ofOther ? known : own)], `${option} in the help of ${path}`).toContain(option);
    }
  });

  it('says something of every option and argument, and ends sentences alike', () => {
    for (const { description, flags, hidden } of command.options) if (!hidden) expect(description, flags).toMatch(/\w/);
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).toMatch(/\w/);
    expect(command.description()).toMatch(/^[A-Z].*[^.]$/);
  });

  it('fits 80 columns', () => {
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe('reading a shell', () => {
  it('knows quotes, pipes, redirections, comments and lines that go on', () => {
    const read = (text: string) => logicalLines(text).flatMap(callsIn);
    expect(read('convzoo classify \'a b/**\' "c d" | head -1 # convzoo no')).toMatchObject([
      { args: ['classify', 'a b/**', 'c d'] },
    ]);
    expect(read('find . | npx convzoo classify - > out.jsonl')).toMatchObject([
      { args: ['classify', '-'], output: 'out.jsonl' },
    ]);
    expect(read('npm start --silent -- cost \\\n  resnet50')).toMatchObject([{ args: ['cost', 'resnet50'] }]);
    expect(read('source <(convzoo completion bash)')).toMatchObject([{ args: ['completion', 'bash'] }]);
    expect(read('CONVZOO_TOP=2 convzoo; npm install')).toMatchObject([{ args: [] }]);
  });
});
