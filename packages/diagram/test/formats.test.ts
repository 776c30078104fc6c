import { Builder, type Graph } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { diagramOf, toDot, toMermaid, toText } from '../src/index.js';
import { toSvg } from '../src/svg/index.js';
import { layoutOf } from '../src/svg/layout.js';
import { members } from './networks.js';

let graphviz: Graphviz;
beforeAll(async () => {
  graphviz = await Graphviz.load();
});

/** Names that every format could stumble over. */
function hostile(): Graph {
  const nn = new Builder('a "quoted" <b> & \\ net');
  let x = nn.input([8, 8, 3]);
  x = nn.module('<script>"end"', () => {
    const y = nn.conv2d(x, { name: 'a&b"\\', out: 3, kernel: 3 });
    return nn.add(nn.activation(nn.conv2d(y, { name: '#quot;', out: 3, kernel: 1 }), 'relu'), x);
  });
  return nn.graph(x);
}

const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 0.01 && Math.abs(a.y - b.y) < (a.height + b.height) / 2 - 0.01;
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe.each(members)('%s', (name, graph) => {
  const diagram = diagramOf(graph);

  it('is an SVG document with every box on it, none over another, blocks around their own', () => {
    const { width, height, nodes, groups } = layoutOf(diagram);
    const boxes = diagram.nodes.map((node) => ({ ...nodes.get(node.id)!, group: node.group }));
    boxes.forEach((box, i) => {
      expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0);
      expect(box.y - box.height / 2).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width / 2).toBeLessThanOrEqual(width);
      expect(box.y + box.height / 2).toBeLessThanOrEqual(height);
      expect(boxes.slice(i + 1).some((other) => overlap(box, other))).toBe(false);
      for (const [id, group] of groups) expect(overlap(box, group)).toBe(box.group === id);
    });
    const svg = toSvg(diagram);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg.match(/<text [^>]*font-weight="bold"[^>]*>/g)?.length).toBeGreaterThanOrEqual(diagram.nodes.length);
    expect(svg).toContain(`Architecture of ${name}`);
  });

  it('is DOT that Graphviz draws with as many boxes and arrows', () => {
    const drawn = graphviz.layout(toDot(diagram), 'svg', 'dot');
    expect(drawn.match(/class="node"/g)).toHaveLength(diagram.nodes.length);
    expect(drawn.match(/class="edge"/g)).toHaveLength(diagram.edges.length);
    expect(drawn.match(/class="cluster"/g) ?? []).toHaveLength(diagram.groups.length);
  });

  it('is Mermaid with as many boxes and arrows, every subgraph closed', () => {
    const text = toMermaid(diagram);
    expect(text.match(/^ +n\d+\["/gm)).toHaveLength(diagram.nodes.length);
    expect(text.match(/^ {2}n\d+ (-->|-\.->) n\d+$/gm)).toHaveLength(diagram.edges.length);
    expect(text.match(/^ {2}end$/gm) ?? []).toHaveLength(diagram.groups.length);
  });
});

describe('names', () => {
  const diagram = diagramOf(hostile());

  it('stay text in SVG', () => {
    const svg = toSvg(diagram, { tooltip: () => '<img src=x onerror="1">' });
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).not.toMatch(/<script|<img/);
    const parsed = new XMLParser({ ignoreAttributes: false }).parse(svg) as { svg: { title: string } };
    expect(parsed.svg.title).toBe('Architecture of a "quoted" <b> & \\ net');
  });

  it('stay text in DOT', () => {
    const drawn = graphviz.layout(toDot(diagram), 'svg', 'dot');
    expect(drawn.match(/class="node"/g)).toHaveLength(diagram.nodes.length);
  });

  it('leave no quote or tag in a label of Mermaid', () => {
    for (const [, label = ''] of toMermaid(diagram).matchAll(/\["(.*)"\]/g)) {
      expect(label.replaceAll('<br>', '')).not.toMatch(/["<>]/);
    }
  });
});

describe('the outline', () => {
  it('has a line a box and tells where a shortcut comes from', () => {
    expect(toText(diagramOf(buildModel('resnet20_cifar10')))).toMatchInlineSnapshot(`
      "resnet20-cifar10
       1  input 32x32x3                 32x32x3
       2  3x3 conv, 16: BN, ReLU        32x32x16
          layer1.0 .. layer1.2 ×3
       3    3x3 conv, 16: BN, ReLU      32x32x16
       4    3x3 conv, 16: BN            32x32x16
       5    add: ReLU  from 4, 2        32x32x16
          layer2.0
       6    3x3 conv, 32, /2: BN, ReLU  16x16x32
       7    3x3 conv, 32: BN            16x16x32
       8    1x1 max pool, /2  from 5    16x16x16
       9    zero padding                16x16x32
      10    add: ReLU  from 7, 9        16x16x32
          layer2.1 .. layer2.2 ×2
      11    3x3 conv, 32: BN, ReLU      16x16x32
      12    3x3 conv, 32: BN            16x16x32
      13    add: ReLU  from 12, 10      16x16x32
          layer3.0
      14    3x3 conv, 64, /2: BN, ReLU  8x8x64
      15    3x3 conv, 64: BN            8x8x64
      16    1x1 max pool, /2  from 13   8x8x32
      17    zero padding                8x8x64
      18    add: ReLU  from 15, 17      8x8x64
          layer3.1 .. layer3.2 ×2
      19    3x3 conv, 64: BN, ReLU      8x8x64
      20    3x3 conv, 64: BN            8x8x64
      21    add: ReLU  from 20, 18      8x8x64
      22  global average pool           64
      23  dense, 10                     10
      "
    `);
  });
});
