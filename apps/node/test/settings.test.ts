import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from '@commander-js/extra-typings';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFilePath } from '../src/settings/files.js';
import type { SettingValue } from '../src/settings/kinds.js';
import { loadSettings } from '../src/settings/load.js';
import { type SettingKey, settingKeys, settings, settingsSchema, variableOf } from '../src/settings/settings.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A project with a folder in it, and a user's file, each with what it sets. */
function place({ project, user }: { readonly project?: unknown; readonly user?: unknown }) {
  const root = join(folder, `place-${count++}`);
  const cwd = join(root, 'project/pictures');
  mkdirSync(cwd, { recursive: true });
  mkdirSync(join(root, 'project/.git'));
  mkdirSync(join(root, 'home/convzoo'), { recursive: true });
  const write = (path: string, content: unknown): void =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  if (project !== undefined) write(join(root, 'project/convzoo.config.json'), project);
  if (user !== undefined) write(join(root, 'home/convzoo/config.json'), user);
  return { cwd, root, env: { XDG_CONFIG_HOME: join(root, 'home'), CONVZOO_CONFIG: '', NO_COLOR: '' } };
}

/** Three values of each setting, none of them a path that is resolved. */
const VALUES: Readonly<Record<SettingKey, readonly [SettingValue, SettingValue, SettingValue]>> = {
  backend: ['engine', 'wasm', 'cpu'],
  threads: [1, 2, 3],
  workers: [0, 1, 64],
  model: ['resnet18', 'resnet34', 'resnet50'],
  weights: ['keras/vgg16', 'hf://a/b/c.safetensors', 'https://example.org/x.safetensors'],
  preset: ['cifar10', 'imagenet-torch', 'mnist'],
  labels: ['/a/names.txt', '/b/names.txt', '/c/names.txt'],
  top: [1, 5, 7],
  pull: [true, false, true],
  offline: [true, false, true],
  mirror: ['https://a.example', '/mnt/b', 'https://c.example'],
  cache: ['/a/cache', '/b/cache', '/c/cache'],
  packed: [true, false, true],
  json: [true, false, true],
  quiet: [true, false, true],
  color: [false, true, false],
};

describe('settings', () => {
  it('come from the strongest place that has them: environment, project, user', () => {
    const where = fc.subarray(['environment', 'project', 'user'] as const);
    fc.assert(
      fc.property(fc.constantFrom(...settingKeys), where, (key, sources) => {
        const [inEnvironment, inProject, inUser] = VALUES[key];
        const has = (source: (typeof sources)[number]): boolean => sources.includes(source);
        const { cwd, env } = place({
          ...(has('project') && { project: { [key]: inProject } }),
          ...(has('user') && { user: { [key]: inUser } }),
        });
        const variables = { ...env, ...(has('environment') && { [variableOf(key)]: String(inEnvironment) }) };
        const { values, problems } = loadSettings(variables, cwd);
        expect(problems).toEqual([]);
        const [strongest] = sources;
        expect(values.get(key)?.source).toBe(strongest);
        const expected = { environment: inEnvironment, project: inProject, user: inUser };
        expect(values.get(key)?.value).toBe(strongest === undefined ? undefined : expected[strongest]);
      }),
      { numRuns: 200 },
    );
  });

  it('are refused by file, key and what is allowed, all at once', () => {
    const { cwd, root, env } = place({
      project: { backend: 'gpu', threads: 0, tpo: 3, quiet: 'yes', labels: '' },
      user: { top: 2.5 },
    });
    const { problems, values } = loadSettings({ ...env, CONVZOO_WORKERS: '65' }, cwd);
    const project = join(root, 'project/convzoo.config.json');
    expect(values.size).toBe(0);
    expect(problems).toEqual([
      'CONVZOO_WORKERS must be a whole number from 0 to 64; got "65".',
      expect.stringContaining(`${project}: "backend" must be one of auto, engine, `),
      `${project}: "threads" must be a whole number from 1 to 1024; got 0.`,
      expect.stringMatching(/there is no setting "tpo"\. Did you mean top\? Settings are backend, /),
      expect.stringMatching(/"quiet" must be true or false .*; got "yes"\.$/),
      expect.stringMatching(/"labels" must be a text of 1 to 4096 letters; got ""\.$/),
      `${join(root, 'home/convzoo/config.json')}: "top" must be a whole number of at least 1; got 2.5.`,
    ]);
  });

  it.each([
    ['{ "top": 3, }', /it is no JSON/],
    ['[]', /it must be an object/],
    ['"engine"', /it must be an object/],
    [' '.repeat(2 ** 20 + 1), /it has 1048577 bytes/],
  ])('of a file that is %.20s are told as one problem', (content, problem) => {
    const { cwd, env } = place({ project: content });
    expect(loadSettings(env, cwd).problems).toEqual([expect.stringMatching(problem)]);
  });

  it('that are paths are meant from the file that has them', () => {
    const { cwd, root, env } = place({
      project: {
        model: './nets/my-net.ts',
        weights: 'there.safetensors',
        labels: '../names.txt',
        cache: 'cache',
        mirror: 'm',
      },
    });
    writeFileSync(join(root, 'project/there.safetensors'), '');
    const { values } = loadSettings(env, cwd);
    expect([...values].map(([key, { value }]) => [key, value])).toEqual([
      ['model', join(root, 'project/nets/my-net.ts')],
      ['weights', join(root, 'project/there.safetensors')],
      ['labels', join(root, 'names.txt')],
      ['cache', join(root, 'project/cache')],
      ['mirror', join(root, 'project/m')],
    ]);
  });

  it("are not looked for above the project's root, and CONVZOO_CONFIG names the user's file", () => {
    const { cwd, root, env } = place({});
    writeFileSync(join(root, 'convzoo.config.json'), '{ "top": 1 }');
    writeFileSync(join(root, 'mine.json'), '{ "top": 2 }');
    expect(projectFilePath(cwd)).toBeUndefined();
    expect(loadSettings({ ...env, CONVZOO_CONFIG: join(root, 'mine.json') }, cwd).values.get('top')?.value).toBe(2);
    expect(loadSettings({ ...env, CONVZOO_CONFIG: join(root, 'gone.json') }, cwd).problems).toEqual([
      expect.stringMatching(/gone\.json: CONVZOO_CONFIG names it, but it is not there/),
    ]);
  });

  it("of another owner above this folder do not count: a stranger's file in /tmp", ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can give a file away');
    const { cwd, root } = place({ project: { top: 2 } });
    expect(projectFilePath(cwd)).toBe(join(root, 'project/convzoo.config.json'));
    chownSync(join(root, 'project/convzoo.config.json'), 12345, 12345);
    expect(projectFilePath(cwd)).toBeUndefined();
    expect(projectFilePath(join(root, 'project'))).toBe(join(root, 'project/convzoo.config.json'));
  });

  it('have the variables that others made usual, below our own', () => {
    const { cwd, env } = place({});
    const both = { ...env, NO_COLOR: '0', HF_HUB_OFFLINE: '1' };
    const usual = loadSettings(both, cwd).values;
    expect([usual.get('color')?.where, usual.get('offline')?.where]).toEqual(['NO_COLOR', 'HF_HUB_OFFLINE']);
    const own = loadSettings({ ...both, CONVZOO_COLOR: 'on', CONVZOO_OFFLINE: 'no' }, cwd).values;
    expect([own.get('color')?.value, own.get('offline')?.value]).toEqual([true, false]);
    expect(loadSettings({ ...env, CONVZOO_THREAD: '2' }, cwd).warnings).toEqual([
      'CONVZOO_THREAD is no setting. Did you mean threads?',
    ]);
  });

  it('have a schema with every key, and a page that names each', () => {
    expect(Object.keys((settingsSchema() as { properties: object }).properties)).toEqual(['$schema', ...settingKeys]);
    const page = readFileSync(new URL('../../../docs/node.md', import.meta.url), 'utf8');
    for (const key of settingKeys) expect(page).toContain(`| \`${key}\` |`);
  });
});

// Each starts the program several times.
describe('the settings of a command', { timeout: 120_000 }, () => {
  const config = { project: { top: 2, json: true }, user: { top: 4, threads: 1, quiet: true } };

  it('are: flags, environment, project, user, defaults', async () => {
    const { cwd, env } = place(config);
    const answers = async (args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<number> => {
      const { stdout, stderr } = await run(['classify', ...args], { cwd, env: { ...env, ...variables } });
      expect(stderr).toBe('');
      return JSON.parse(stdout)[0].top.length;
    };
    expect(await answers([])).toBe(2);
    expect(await answers([], { CONVZOO_TOP: '3' })).toBe(3);
    expect(await answers(['--top', '1'], { CONVZOO_TOP: '3' })).toBe(1);
    const plain = await run(['classify', '--no-json', '--no-quiet'], { cwd, env });
    expect([plain.stdout, plain.stderr]).toEqual([
      expect.stringMatching(/ship +85/),
      expect.stringMatching(/1 thread\)/),
    ]);
  });

  it('can be undone by a flag, colours too', async () => {
    const { cwd, env } = place({ project: { color: false } });
    const bold = '\u001b[1m';
    const shown = async (args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<boolean> =>
      (
        await run(['claims', 'separable', ...args], { cwd, env: { ...env, FORCE_COLOR: '1', ...variables } })
      ).stdout.includes(bold);
    expect([await shown([]), await shown(['--color']), await shown([], { CONVZOO_COLOR: '1' })]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await shown(['--color'], { NO_COLOR: '1' })).toBe(true);
  });

  it('are shown with where each is from', async () => {
    const { cwd, root, env } = place(config);
    const variables = { ...env, CONVZOO_BACKEND: 'cpu' };
    const shown = JSON.parse((await run(['config', '--json'], { cwd, env: variables })).stdout);
    const of = (key: string) => shown.settings.find((each: { key: string }) => each.key === key);
    expect(shown.settings.map(({ key }: { key: string }) => key)).toEqual(settingKeys);
    expect(of('backend')).toMatchObject({ value: 'cpu', from: 'environment', where: 'CONVZOO_BACKEND' });
    expect(of('top')).toMatchObject({ value: 2, from: 'project', where: join(root, 'project/convzoo.config.json') });
    expect(of('threads')).toMatchObject({ value: 1, from: 'user', where: join(root, 'home/convzoo/config.json') });
    expect(of('mirror')).toMatchObject({ value: null, from: 'default', where: null });
    for (const columns of [40, 80, 160]) {
      const { stdout } = await run(['config', '--no-json'], { cwd, env: variables, columns });
      expect(stdout).toMatch(/^backend +cpu +CONVZOO_BACKEND$/m);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('that are wrong stop every command but those that show them', async () => {
    const { cwd, env } = place({ project: { backend: 'gpu' } });
    const ran = await run(['classify'], { cwd, env });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/convzoo\.config\.json: "backend" must be one of auto, engine, .*; got "gpu"/);
    const shown = await run(['config'], { cwd, env });
    // Where CI is set, colours are on in pipes too.
    expect([shown.code, stripVTControlCharacters(shown.stdout).replaceAll(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('"backend" must be one of'),
    ]);
    const doctor = await run(['doctor', '--json'], { cwd, env });
    const { checks } = JSON.parse(doctor.stdout);
    expect(checks.find(({ name }: { name: string }) => name === 'Settings')).toMatchObject({ status: 'problem' });
    expect(doctor.code).toBe(1);
  });

  it('go with the network that they were set for', async () => {
    const { cwd, env } = place({ project: { model: 'resnet8-cifar10', weights: 'gone.h5', preset: 'cifar10-raw' } });
    const configured = await run(['classify'], { cwd, env });
    expect(configured.stderr).toMatch(/gone\.h5/);
    expect(configured.stderr).toMatch(/Set outside the command line: model \(.*convzoo\.config\.json\), weights/);
    // Another network on the command line has its own weights and its own preprocessing.
    const named = await run(['classify', '--model', 'resnet20-cifar10'], { cwd, env });
    expect([named.code, named.stderr]).toEqual([0, expect.stringMatching(/preprocessing cifar10[^-]/)]);
    // How a command writes is not what is wrong with it.
    const wrong = await run(['classify', '--model', 'nothing-like-it'], { cwd, env: { ...env, NO_COLOR: '1' } });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.not.stringMatching(/NO_COLOR/)]);
    const cost = await run(['cost', '--json'], { cwd, env });
    expect(JSON.parse(cost.stdout).model).toBe('resnet8-cifar10');
    // A file of weights is another network's.
    const converted = await run(['convert', 'gone.npz', 'out.safetensors'], { cwd, env });
    expect(converted.stderr).not.toMatch(/resnet8/);
  });

  it('give way where they cannot hold: --json to another form, threads to a backend without', async () => {
    const { cwd, env } = place({ project: { json: true, threads: 2, backend: 'engine' } });
    const lines = await run(['classify', '--jsonl'], { cwd, env });
    expect([lines.code, lines.stdout.trimEnd().split('\n').length]).toEqual([0, 2]);
    expect((await run(['cost', '--markdown'], { cwd, env })).stdout).toMatch(/^\| layer/m);
    expect((await run(['classify', '--backend', 'wasm'], { cwd, env })).code).toBe(0);
    expect((await run(['completion', 'bash'], { cwd, env })).stdout).toMatch(/^# bash completion/);
    // Who leaves the choice to the app may still say how many threads.
    const auto = await run(['classify', '--no-json', '--backend', 'auto'], { cwd, env });
    expect([auto.code, auto.stderr]).toEqual([0, expect.stringMatching(/Backend: /)]);
    expect((await run(['cost', '--json'], { cwd, env: { ...env, CONVZOO_BACKEND: 'auto' } })).code).toBe(0);
    // The engine cannot train: it is not asked to, and what is missing is the data.
    expect((await run(['train', '--data', 'gone.bin', '--test-data', 'gone.bin'], { cwd, env })).stderr).toMatch(
      /gone\.bin/,
    );
  });
});

describe('the table of settings', () => {
  it('has the names that the options of commands have', async () => {
    const { program } = await import('../src/program.js');
    const names = new Set<string>();
    const collect = (command: Pick<Command, 'options' | 'commands'>): void => {
      for (const option of command.options) names.add(option.attributeName());
      for (const sub of command.commands) collect(sub as Command);
    };
    collect((await program('help')) as unknown as Command);
    // The hub reads the one by itself, whoever starts the engine the other.
    const known = settingKeys.filter((key) => key !== 'cache' && key !== 'packed');
    for (const key of known) expect(names).toContain(key);
    expect(Object.keys(settings)).toHaveLength(16);
  });
});
