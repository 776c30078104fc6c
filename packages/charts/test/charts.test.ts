import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import {
  accuracyChart,
  chartInk,
  confusionChart,
  costAxes,
  familyColours,
  familyMarks,
  layersChart,
  type NetworkPoint,
  paretoFront,
  reliabilityChart,
} from '../src/index.js';
import { linesOf } from '../src/labels.js';
import { renderSvg } from '../src/render/index.js';
import { chartSvg } from '../src/view/index.js';

/** torchvision's documentation, weights IMAGENET1K_V1. */
const points: readonly NetworkPoint[] = [
  {
    model: 'resnet18',
    family: 'resnet',
    macs: 1.814e9,
    params: 11_689_512,
    memory: 5e7,
    top1: 69.758,
    source: 'torchvision',
  },
  {
    model: 'resnet50',
    family: 'resnet',
    macs: 4.089e9,
    params: 25_557_032,
    memory: 1e8,
    top1: 76.13,
    source: 'torchvision',
  },
  {
    model: 'vgg16',
    family: 'vgg',
    macs: 15.47e9,
    params: 138_357_544,
    memory: 6e8,
    top1: 71.592,
    source: 'torchvision',
  },
  {
    model: 'mobilenet_v2',
    family: 'mobilenet-v2',
    macs: 0.301e9,
    params: 3_504_872,
    memory: 2e7,
    top1: 71.878,
    source: 'torchvision',
  },
];

/** Everything that Vega-Lite complains of. */
function complaints(spec: TopLevelSpec): readonly string[] {
  const said: string[] = [];
  const logger = {
    level: () => logger,
    error: (...args: readonly unknown[]) => log(args),
    warn: (...args: readonly unknown[]) => log(args),
    info: () => logger,
    debug: () => logger,
  };
  const log = (args: readonly unknown[]) => {
    said.push(args.join(' '));
    return logger;
  };
  parse(compile(spec, { logger: logger as never }).spec);
  return said;
}

describe('paretoFront', () => {
  const cost = ({ macs }: NetworkPoint): number => macs;
  const worth = ({ top1 }: NetworkPoint): number => top1;

  it('of four networks is MobileNet V2 and ResNet-50', () => {
    expect(paretoFront(points, cost, worth).map(({ model }) => model)).toEqual(['mobilenet_v2', 'resnet50']);
  });

  it('holds exactly what nothing else beats, in order of cost', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const front = paretoFront(
          pairs,
          ([c]) => c,
          ([, w]) => w,
        );
        const beaten = ([c, w]: readonly [number, number]): boolean =>
          pairs.some(([oc, ow]) => oc <= c && ow >= w && (oc < c || ow > w));
        const unbeaten = new Set(pairs.filter((each) => !beaten(each)).map(String));
        expect(front.map(String)).toEqual(
          [...unbeaten].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
        );
      }),
    );
  });
});

describe('accuracyChart', () => {
  it.each(Object.keys(costAxes) as (keyof typeof costAxes)[])(
    'against %s is a specification without a warning',
    (cost) => {
      expect(complaints(accuracyChart(points, { cost }))).toEqual([]);
    },
  );

  it('draws a mark a network, joins the front and names every network where there are few', async () => {
    const svg = await renderSvg(accuracyChart(points));
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(points.length);
    for (const { model } of points) expect(svg).toContain(`>${model}</text>`);
  });

  it('names the front alone where there are many', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...points[2]!, model: `heavier${i}`, macs: 2e10 + i * 1e9 }));
    const svg = await renderSvg(accuracyChart([...points, ...many]));
    expect(svg).toContain('>resnet50</text>');
    expect(svg).not.toContain('>heavier3</text>');
  });

  it('rings and names what is chosen, and draws a line to a network at another size', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...points[2]!, model: `heavier${i}`, macs: 2e10 + i * 1e9 }));
    const moved = { ...points[3]!, model: 'mobilenet_v2@0.5', macs: 1e8, from: points[3]!, known: false };
    const options = { chosen: ['heavier3'], moved: [moved], scheme: 'dark' } as const;
    const spec = accuracyChart([...points, ...many], options);
    expect(complaints(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    expect(svg).toContain('>heavier3</text>');
    // The legend names the families.
    expect(svg).toContain('>vgg</text>');
    expect(svg).toContain('>mobilenet_v2@0.5</text>');
    expect(svg).toContain(chartInk.dark.background);
    // One mark a network, one ring, one that moved.
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(points.length + many.length + 2);
    expect(svg.match(/aria-roledescription="rule mark"/g)).toHaveLength(1);
  });

  it('has a linear axis from nothing on request, and no front', async () => {
    const svg = await renderSvg(accuracyChart(points, { scale: 'linear', joined: false }));
    expect(svg).toContain('linear scale');
    expect(svg).not.toContain('stroke-dasharray="5,4"');
    expect(await renderSvg(accuracyChart(points))).toContain('stroke-dasharray="5,4"');
  });

  it('draws no network at all without a complaint', () => {
    expect(complaints(accuracyChart([]))).toEqual([]);
  });

  it('keeps names text', async () => {
    const svg = await renderSvg(accuracyChart([{ ...points[0]!, model: '<script>alert("1")</script>' }]));
    expect(svg).not.toContain('<script');
    expect(XMLValidator.validate(svg)).toBe(true);
  });
});

describe('layersChart', () => {
  const layers = [
    { path: 'conv1', kind: 'conv 7x7', macs: 118_013_952, params: 9408, activations: 802_816 },
    { path: 'fc', kind: 'dense', macs: 512_000, params: 513_000, activations: 1000 },
  ];

  it('is a specification without a warning, with three bars a layer', async () => {
    const spec = layersChart('resnet18', layers);
    expect(complaints(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(3 * layers.length);
  });

  it('shows the fields that are asked for, memory too', async () => {
    const withMemory = layers.map((layer) => ({ ...layer, memory: 4 * layer.activations }));
    const spec = layersChart('resnet18', withMemory, { fields: ['memory'], legend: 'top', scheme: 'dark' });
    expect(complaints(spec)).toEqual([]);
    expect((await renderSvg(spec)).match(/aria-roledescription="bar"/g)).toHaveLength(layers.length);
  });
});

describe('marks of families', () => {
  /** Relative luminance and contrast of WCAG 2. */
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string): number => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  it('differ for 24 families', () => {
    const marks = familyMarks(Array.from({ length: 24 }, (_, i) => `family${i}`));
    expect(new Set([...marks.values()].map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(24);
  });

  it.each(familyColours)('%s is seen on light and dark', (colour) => {
    expect(contrast(colour, chartInk.light.background)).toBeGreaterThanOrEqual(3);
    expect(contrast(colour, chartInk.dark.background)).toBeGreaterThanOrEqual(3);
  });
});

describe('linesOf', () => {
  it('breaks between words, and loses none', () => {
    const sentence = 'The line joins networks that none beats in both.';
    expect(linesOf(sentence, 1000)).toEqual([sentence]);
    const lines = linesOf(sentence, 120);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join(' ')).toBe(sentence);
  });
});

describe('chartSvg', () => {
  it('draws with interpreted expressions what renderSvg draws with compiled ones', async () => {
    const spec = accuracyChart(points, {
      chosen: ['vgg16'],
      moved: [{ ...points[0]!, from: points[1]!, known: true }],
    });
    expect(await chartSvg(spec)).toBe(await renderSvg(spec));
  });
});

describe('reliabilityChart', () => {
  const bin = (from: number, to: number, pictures: number) => ({ from, to, pictures, accuracy: 0.7, confidence: 0.8 });

  it('is a specification without a warning, with a bar and a count for each bin that has pictures', async () => {
    const spec = reliabilityChart('resnet18', [bin(0, 0.5, 0), bin(0.5, 0.75, 3), bin(0.75, 1, 9)]);
    expect(complaints(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(2 * 2);
  });
});

describe('confusionChart', () => {
  const cells = [
    { label: 'cat', predicted: 'cat', pictures: 8 },
    { label: 'cat', predicted: 'dog', pictures: 2 },
    { label: 'dog', predicted: 'dog', pictures: 1 },
  ];

  it('is a specification without a warning, with a cell and its number for each pair', async () => {
    const spec = confusionChart('resnet18', ['cat', 'dog'], cells);
    expect(complaints(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toMatch(/share: 0\.8|Share of the class: 80/);
    for (const { pictures } of cells) expect(svg).toContain(`>${pictures}</text>`);
  });

  it('leaves the numbers out where there are too many classes for them', async () => {
    const classes = Array.from({ length: 30 }, (_, i) => `class ${i}`);
    const many = classes.map((label) => ({ label, predicted: label, pictures: 777 }));
    const svg = await renderSvg(confusionChart('resnet18', classes, many));
    expect(svg).not.toContain('>777</text>');
    expect(svg.match(/class 29/g)?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('renderSvg', () => {
  it('loads nothing, where Vega by itself reads the disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'convzoo-charts-'));
    try {
      const path = join(folder, 'points.json');
      writeFileSync(path, '[{"a":1},{"a":2}]');
      const encoding = { x: { field: 'a', type: 'quantitative' } } as const;
      const spec: TopLevelSpec = { data: { url: path }, mark: 'point', encoding };
      const drawn = /aria-roledescription="point"/g;
      expect(await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()).toMatch(drawn);
      expect(await renderSvg(spec)).not.toMatch(drawn);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
