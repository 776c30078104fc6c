import { DEFAULT_TOLERANCE } from '@convzoo/parity';
import { describe, expect, it } from 'vitest';
import { TOLERANCE } from '../src/choices.js';
import { loadedBy } from './loaded-modules.js';

/** Packages of which help and mistakes in the arguments need a file or two: the errors, the presets, the network's name. */
const LIGHT =
  /^packages\/(layers\/dist\/errors|preprocessing\/dist\/(preset|normalise|errors)|pretrained-\w+-\w+\/dist\/index)\.js$/;

describe('starting', () => {
  it.each([
    ['--version', 0],
    ['--help', 0],
    ['classify --help', 0],
    ['cost explain --help', 0],
    ['weights cache --prune --older-than never', 2],
    ['verify --tolerance 2', 2],
    ['features photos/ --no-such-option', 2],
  ] as const)('convzoo %s loads what commands say of themselves, and nothing of what they do', async (line, code) => {
    const ran = await loadedBy(line.split(' '));
    expect([ran.code, ran.stdout + ran.stderr]).toEqual([code, expect.stringMatching(/Usage|\d\.\d|error: /)]);
    expect(ran.modules).toContain('apps/node/dist/program.js');
    expect(ran.modules.filter((path) => path.startsWith('packages/') && !LIGHT.test(path))).toEqual([]);
    expect(ran.modules.filter((path) => path.startsWith('apps/node/dist/actions/'))).toEqual([]);
  });

  it('completion needs the names of networks, and no backend, codec or archive', async () => {
    const { modules } = await loadedBy(['completion', 'bash']);
    expect(modules.some((path) => path.startsWith('packages/zoo/'))).toBe(true);
    expect(modules.filter((path) => /packages\/(engine|backend-|weights|training)|decode\/|h5wasm/.test(path))).toEqual(
      [],
    );
  });
});

describe('what the parser knows without the packages', () => {
  it('is the tolerance of parity', () => expect(TOLERANCE).toBe(DEFAULT_TOLERANCE));
});
