import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-graph-'));
afterAll(() => rmSync(folder, { recursive: true }));
const example = fileURLToPath(new URL('../../../examples/my-net.ts', import.meta.url));

describe('graph', () => {
  it('prints an outline of a network of the zoo in 80 columns', async () => {
    const { code, stdout } = await run(['graph', 'resnet50']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/layer3\.1 \.\. layer3\.5 ×5/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("writes an architecture of the user's own as SVG, with its counts in the boxes' titles", async () => {
    const path = join(folder, 'mine.svg');
    const { code, stdout, stderr } = await run(['graph', example, '--svg', '-o', path]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain(path);
    const svg = readFileSync(path, 'utf8');
    expect(svg).toMatch(/^<svg /);
    expect(svg).toMatch(/parameters, [\d.]+ M MACs/);
  });

  it('writes Mermaid, DOT and JSON to a pipe', async () => {
    expect((await run(['graph', 'resnet18', '--mermaid'])).stdout).toMatch(/^flowchart TD\n/);
    expect((await run(['graph', 'resnet18', '--dot'])).stdout).toMatch(/^digraph "resnet18" \{\n/);
    const { nodes, edges, groups } = JSON.parse((await run(['graph', 'resnet18', '--json'])).stdout);
    expect(groups.map(({ repeat }: { repeat: number }) => repeat)).toEqual([2, 1, 1, 1, 1, 1, 1]);
    expect(edges.length).toBeGreaterThan(nodes.length - 1);
    expect(nodes[1].members).toEqual(['conv1', 'bn1', 'relu']);
  });

  it.each([
    [['graph'], /missing required argument/],
    [['graph', 'resnet51'], /resnet50/],
    [['graph', 'resnet18', '--svg', '--dot'], /One format at a time; got --svg and --dot/],
    [['graph', 'resnet18', '--detail', 'all'], /--detail is one of blocks, units, nodes; got "all"/],
    [['graph', './no-such-net.ts'], /no-such-net\.ts/],
  ] as const)('%j is told in one line', async (args, message) => {
    const { code, stdout, stderr } = await run([...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
  });

  it('says where a folder is missing', async () => {
    const { code, stderr } = await run(['graph', 'resnet18', '--svg', '-o', join(folder, 'no', 'such', 'x.svg')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^convzoo: Cannot write .*x\.svg/);
  });
});
