import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelNames } from '@convzoo/zoo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendWords } from '../src/backend-names.js';
import { COMMANDS } from '../src/commands/names.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];
const script = (shell: Shell): string => join(folder, `convzoo.${shell}`);

beforeAll(async () => {
  writeFileSync(join(folder, 'my-net.ts'), '');
  for (const shell of SHELLS) {
    const { code, stdout } = await run(['completion', shell]);
    expect(code).toBe(0);
    writeFileSync(script(shell), stdout);
  }
});

/** A shell's run of a text; its functions see the words typed so far as arguments. */
function shell(name: Shell, text: string, words: readonly string[]): readonly string[] {
  const args = name === 'bash' ? ['--norc', '-c'] : name === 'zsh' ? ['-f', '-c'] : ['-N', '-c'];
  const zero = name === 'fish' ? [] : [name];
  const { status, stdout, stderr } = spawnSync(name, [...args, text, ...zero, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** What each shell offers for the words typed so far, the last being the one that is completed. */
const offers: Readonly<Record<Shell, (words: readonly string[]) => readonly string[]>> = {
  // As readline calls it.
  bash: (words) =>
    shell(
      'bash',
      `source ${script('bash')}
      COMP_WORDS=(convzoo "$@"); COMP_CWORD=$#
      _convzoo
      printf '%s\\n' "\${COMPREPLY[@]}"`,
      words,
    ),
  // Completion itself needs a terminal: its functions are replaced by ones that print what they are given.
  zsh: (words) =>
    shell(
      'zsh',
      `compdef() {}
      compset() { return 1 }
      _describe() { [[ $1 == -o ]] && shift; print -l -- \${\${(P)2}%%:*} }
      compadd() { print -l -- \${(P)2} }
      _files() { print -l -- *(N) }
      source ${script('zsh')}
      words=(convzoo "$@"); CURRENT=$(($# + 1)); PREFIX=$words[CURRENT]
      _convzoo`,
      words,
    ).filter((offer) => offer.startsWith(words.at(-1) ?? '')),
  fish: (words) =>
    shell('fish', `source ${script('fish')}; complete -C "convzoo ${words.join(' ')}"`, []).map(
      (line) => line.split('\t')[0] ?? '',
    ),
};

describe.each(SHELLS)('completion for %s', (name) => {
  const missing = spawnSync(name, ['--version']).error !== undefined;
  const why = `${name} is not installed here`;
  const complete = (...words: string[]): readonly string[] => [...offers[name](words)].sort();

  it('offers every command, and those of a command', ({ skip }) => {
    skip(missing, why);
    for (const command of COMMANDS.filter((each) => each !== 'help')) expect(complete('')).toContain(command);
    expect(complete('ver')).toEqual(['verify']);
    expect(complete('weights', '')).toEqual(expect.arrayContaining(['cache', 'inspect', 'list', 'pull', 'verify']));
    expect(complete('cost', 'exp')).toEqual(['explain']);
  });

  it('offers the options of the command that is typed, and no other', ({ skip }) => {
    skip(missing, why);
    expect(complete('classify', '--pre')).toEqual(['--preset']);
    // Without a command it is classify.
    expect(complete('cat.jpg', '--pre')).toEqual(['--preset']);
    expect(complete('graph', '--pre')).toEqual([]);
    expect(complete('weights', 'cache', '--pr')).toEqual(['--prune']);
    // Old spellings are not offered.
    expect(complete('cost', '--per-l')).toEqual([]);
  });

  it('offers names of networks, backends and weights where they belong', ({ skip }) => {
    skip(missing, why);
    expect(complete('cost', 'mobilenet_v')).toEqual(modelNames.filter((each) => each.startsWith('mobilenet_v')).sort());
    expect(complete('classify', '--model', 'vgg16')).toEqual(['vgg16', 'vgg16_bn', 'vgg16_c']);
    expect(complete('classify', '-b', '')).toEqual([...backendWords].sort());
    expect(complete('weights', 'pull', 'timm/resnet50.a1')).toContain('timm/resnet50.a1_in1k');
    expect(complete('completion', '')).toEqual([...SHELLS].sort());
    expect(complete('graph', '--dialect', 'k')).toEqual(['keras']);
  });

  it('offers files where they belong', ({ skip }) => {
    skip(name === 'bash', 'in bash readline offers files, which a script does not have');
    skip(missing, why);
    expect(complete('cost', 'my-')).toEqual(['my-net.ts']);
    expect(complete('classify', '--labels', 'my-')).toEqual(['my-net.ts']);
    expect(complete('classify', '--top', 'my-')).toEqual([]);
  });
});

describe('completion', () => {
  it('is in bash as readline has it: files too, --option=value, nothing where a number belongs', ({ skip }) => {
    skip(spawnSync('bash', ['--version']).error !== undefined, 'bash is not installed here');
    expect(offers.bash(['cost', './my'])).toEqual([]);
    expect(readFileOptions()).toMatch(/-o default.* -F _convzoo convzoo/);
    expect(offers.bash(['classify', '--backend', '=', 'eng'])).toEqual(['engine']);
    expect(offers.bash(['classify', '--backend', '='])).toEqual([...backendWords]);
  });

  const readFileOptions = (): string => shell('bash', `source ${script('bash')}; complete -p convzoo`, []).join('');

  it('refuses other shells, naming those that there are', async () => {
    const { code, stderr } = await run(['completion', 'tcsh']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/choices are bash, zsh, fish/)]);
  });

  it('as JSON is the tree of commands', async () => {
    const commands = JSON.parse((await run(['completion', 'bash', '--json'])).stdout) as { path: string }[];
    expect(commands.map(({ path }) => path)).toEqual(expect.arrayContaining(['', 'classify', 'weights pull']));
  });
});
