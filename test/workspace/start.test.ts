import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNode } from '../../scripts/workspace/install.mjs';
import { StandIn } from './stand-in.js';

// Without the network: npm is a stand-in that notes what it is asked. CI itself runs the real thing.
describe('npm start', () => {
  let place: StandIn;
  beforeAll(() => {
    place = new StandIn();
  });
  afterAll(() => place[Symbol.dispose]());

  it('installs, builds, and runs the app, saying so on stderr only', async () => {
    const { code, stdout, stderr } = await place.start(['classify', 'a.jpg', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ args: ['classify', 'a.jpg', '--json'], cwd: place.root, answer: 42 });
    const calls = place.takeCalls();
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatch(
      /^exec --yes --prefer-offline -- pnpm@10\.34\.8 install --frozen-lockfile --prefer-offline/,
    );
    expect(calls[1]).toMatch(/pnpm@10\.34\.8 exec turbo run build --filter=convzoo\.\.\./);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^convzoo: installing the dependencies with pnpm 10\.34\.8/),
      expect.stringMatching(/^convzoo: installed in [\d.]+ s$/),
      'convzoo: building convzoo and the 1 packages it needs',
      expect.stringMatching(/^convzoo: built in [\d.]+ s$/),
    ]);
  });

  it('does nothing but run the app the second time', async () => {
    const { stdout, stderr } = await place.start();
    expect(JSON.parse(stdout)).toMatchObject({ args: [], answer: 42 });
    expect(stderr).toBe('');
    expect(place.takeCalls()).toEqual([]);
  });

  it('reads paths from where the user stands', async () => {
    mkdirSync(join(place.root, 'pictures'));
    const { stdout } = await place.start(['cat.jpg'], { from: 'pictures' });
    expect(JSON.parse(stdout)).toMatchObject({ cwd: join(place.root, 'pictures') });
  });

  it("ends as the app ends: its exit code, its signal's death", async () => {
    expect(await place.start(['exit', '7'])).toMatchObject({ code: 7 });
    expect(await place.start(['wait'], { killWhenStarted: 'SIGTERM' })).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    });
  });

  it('builds again after a change of a source, of any package that the app needs', async () => {
    place.takeCalls();
    place.write('packages/layers/src/index.js', 'export const answer = 43;');
    expect(JSON.parse((await place.start()).stdout)).toMatchObject({ answer: 43 });
    expect(place.takeCalls()).toEqual([expect.stringContaining('turbo run build')]);
  });

  it('builds again when something is missing from what was built', async () => {
    place.delete('packages/layers/dist/index.js');
    expect((await place.start()).code).toBe(0);
    expect(place.takeCalls()).toEqual([expect.stringContaining('turbo run build')]);
  });

  it('installs again when the lockfile or a manifest changed', async () => {
    place.write('pnpm-lock.yaml', 'second');
    expect((await place.start()).stderr).toMatch(/^convzoo: dependencies changed: installing them/);
    expect(place.takeCalls()[0]).toContain(' install ');
  });

  it('leaves the work to one of two that start at once', async () => {
    place.delete('node_modules');
    const results = await Promise.all([place.start(['one']), place.start(['two']), place.start(['three'])]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(place.takeCalls().map((call) => / (install|turbo) /.exec(call)?.[1])).toEqual(['install', 'turbo']);
    expect(results.map(({ stderr }) => stderr).join('')).toMatch(/waiting: another process \(process \d+\)/);
  });

  it.each([
    ['npm error code ENOTFOUND', /registry cannot be reached.*ENOTFOUND[\s\S]*npm config set proxy/],
    ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install', /pnpm-lock\.yaml does not fit[\s\S]*npx -y pnpm@10\.34\.8 install/],
    ['ENOSPC: no space left on device', /the disk is full[\s\S]*Free about/],
    ["EACCES: permission denied, mkdir '/x'", /cannot be written \(EACCES\)/],
    ['something new', /the install failed \(exit code 1\)[\s\S]*\| something new/],
  ])('says what to do about: %s', async (output, message) => {
    place.delete('node_modules');
    place.write('fail', output);
    const { code, stdout, stderr } = await place.start();
    place.delete('fail');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('tries again after a failed install', async () => {
    expect((await place.start()).code).toBe(0);
  });

  it('refuses a Node that is too old', () => {
    expect(() => checkNode('20.18.3')).toThrow(/Node 20\.18\.3 is too old[\s\S]*20\.19 or newer/);
    expect(() => checkNode('18.20.0')).toThrow();
    for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) checkNode(version);
  });
});
