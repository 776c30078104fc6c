import { Builder } from '@convzoo/layers';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCsv,
  formatInteger,
  formatJoules,
  formatJson,
  formatMarkdown,
  formatShare,
  formatTable,
  MIN_WIDTH,
  type Per,
} from '../src/format/index.js';
import { analyse, costSheet } from '../src/index.js';
import { double, graphs, smallResNet } from './graphs.js';

const report = analyse(smallResNet());
const pers: readonly Per[] = ['layer', 'block', 'stage', 'op', 'kind', 'tree'];

describe('units', () => {
  it.each([
    [0, '0'],
    [812, '812'],
    [999, '999'],
    [1000, '1.00 k'],
    [999_994, '999.99 k'],
    [999_996, '1.00 M'],
    [4_089_184_256, '4.09 G'],
    [138_357_544, '138.36 M'],
    [2 ** 53 - 1, '9.01 P'],
  ])('%d is %s', (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  it('never shows more than three digits before the point, and is right to a digit', () => {
    const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const [digits = '', prefix = ''] = formatCount(value).split(' ');
        expect(digits).toMatch(/^\d{1,3}(\.\d\d)?$/);
        expect(Math.abs(Number(digits) * factors[prefix]! - value)).toBeLessThanOrEqual(0.00501 * factors[prefix]!);
      }),
    );
  });

  it('groups thousands, keeps halves, states bytes and shares', () => {
    expect(formatInteger(25_557_032)).toBe('25,557,032');
    expect(formatInteger(1234.5)).toBe('1,234.5');
    expect(formatBytes(102_228_128)).toBe('102.23 MB');
    expect(formatBytes(666)).toBe('666 B');
    expect(formatShare(0.0306)).toBe('3.06 %');
  });
});

/** A column of numbers as it is printed: what ends where its title ends, of each line and of the total. */
function columnOf(table: string, title: string): { readonly lines: readonly number[]; readonly total: number } {
  const [, head = '', body = '', total = ''] = /^.*?\n\n(.*?)\n─+\n(.*)\n─+\n(.*?)\n\n/s.exec(table) ?? [];
  const end = head.indexOf(title) + title.length;
  const numberAt = (line: string) => Number(/(?<= )[\d,]+$/.exec(line.slice(0, end))?.[0].replaceAll(',', ''));
  return { lines: body.split('\n').map(numberAt), total: numberAt(total) };
}

describe('formatTable', () => {
  it('is aligned, with bars, the total and what was counted', () => {
    expect(formatTable(report, { per: 'block', width: 76 })).toMatchInlineSnapshot(`
      "small, input 16x16x3, convention convzoo

      block     layers   output  params    MACs   of MACs              activations
      ────────────────────────────────────────────────────────────────────────────
      input          1  16x16x3       0       0                                  0
      conv1          3  16x16x4     120  27,648   66.54 %  ██████████        3,072
      maxpool        1    8x8x4       0       0                                256
      layer1.0       4    8x8x4     152   9,216   22.18 %  ███▍              1,024
      layer2.0       5    4x4x8     288   4,608   11.09 %  █▋                  576
      avgpool        2        8       0       0                                  8
      fc             1       10      90      80    0.19 %                       10
      ────────────────────────────────────────────────────────────────────────────
      total         17              650  41,552  100.00 %                    4,946

      650 parameters and 16 buffers, 2.66 kB as float32; 41.55 k MACs = 83.10 k
      FLOPs; apart from those 6.67 k elementwise; 4.95 k activations.
      Counted: MACs of convolutions and dense layers; trainable parameters, with
      running statistics as buffers; every computed result as activations.
      "
    `);
  });

  it('shows layers by kind, and what it left out', () => {
    expect(formatTable(report, { width: 90 })).toMatchInlineSnapshot(`
      "small, input 16x16x3, convention convzoo

      layer                        kind            output  params    MACs   of MACs
      ──────────────────────────────────────────────────────────────────────────────────────────
      input                        input          16x16x3       0       0
      conv1                        conv 3x3       16x16x4     112  27,648   66.54 %  ███████████
      bn1                          batchNorm      16x16x4       8       0
      relu                         relu           16x16x4       0       0
      maxpool                      maxPool          8x8x4       0       0
      layer1.0.conv1               conv 3x3         8x8x4     144   9,216   22.18 %  ███▋
      layer1.0.bn1                 batchNorm        8x8x4       8       0
      layer1.0.add                 add              8x8x4       0       0
      layer1.0.relu                relu             8x8x4       0       0
      layer2.0.conv1               conv 3x3         4x4x8     288   4,608   11.09 %  █▉
      layer2.0.downsample.avgPool  avgPool          4x4x4       0       0
      layer2.0.downsample.zeroPad  zeroPad          4x4x8       0       0
      layer2.0.add                 add              4x4x8       0       0
      layer2.0.relu6               relu6            4x4x8       0       0
      avgpool                      globalAvgPool        8       0       0
      dropout                      dropout              8       0       0
      fc                           dense               10      90      80    0.19 %
      ──────────────────────────────────────────────────────────────────────────────────────────
      total                                                   650  41,552  100.00 %

      650 parameters and 16 buffers, 2.66 kB as float32; 41.55 k MACs = 83.10 k FLOPs; apart
      from those 6.67 k elementwise; 4.95 k activations.
      Counted: MACs of convolutions and dense layers; trainable parameters, with running
      statistics as buffers; every computed result as activations.
      "
    `);
  });

  it.each(pers.filter((per) => per !== 'tree'))('has columns that add up to its total (per %s)', (per) => {
    // At this width every number is there in full.
    const table = formatTable(report, { per, width: 200 });
    const titles = {
      params: 'params',
      MACs: 'macs',
      elementwise: 'elementwise',
      activations: 'activations',
      buffers: 'buffers',
    };
    for (const [title, field] of Object.entries(titles)) {
      const { lines, total } = columnOf(table, title);
      expect(total, title).toBe(report.total[field as 'macs']);
      expect(
        lines.reduce((sum, value) => sum + value),
        title,
      ).toBe(total);
    }
  });

  it('fits any width', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.integer({ min: 1, max: 160 }),
        fc.constantFrom(...pers),
        fc.boolean(),
        (graph, width, per, ascii) => {
          const table = formatTable(analyse(graph), { width, per, ascii });
          const widths = table.split('\n').map((line) => stringWidth(line));
          expect(Math.max(...widths)).toBeLessThanOrEqual(Math.max(width, MIN_WIDTH));
          expect(table).not.toMatch(/ \n/);
          if (ascii) expect(table).toMatch(/^[\n -~]*$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('fits with long and with wide names, and shortens them in the middle', () => {
    const nn = new Builder('卷积网络'.repeat(20));
    const x = nn.conv2d(nn.input([8, 8, 3]), { name: `${'很长的名字'.repeat(10)}-end`, out: 2, kernel: 3 });
    const long = analyse(nn.graph(x));
    for (let width = MIN_WIDTH; width < 200; width += 7) {
      const table = formatTable(long, { width });
      expect(Math.max(...table.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
      expect(table).toMatch(/^很.*d /m);
    }
  });

  it('lets no name steer the terminal', () => {
    const nn = new Builder('red\u001b[31m');
    const x = nn.conv2d(nn.input([8, 8, 3]), { name: 'a\nb\u001b[2J\u202e', out: 2, kernel: 3 });
    const table = formatTable(analyse(nn.graph(x)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(table).toContain('a\ufffdb');
  });

  it('marks what has no rule and says so', () => {
    const nn = new Builder('custom');
    let x = nn.input([4, 4, 2]);
    for (let i = 0; i < 10; i++) x = nn.custom({ ...double, macs: () => Number.NaN }, [x]);
    const table = formatTable(analyse(nn.graph(x)));
    expect(table).toMatch(/^double_9 .*\?/m);
    expect(table.replaceAll('\n', ' ')).toMatch(
      /Not counted, no rule: double \(double: macs, elementwise\); .* and 2 more\./,
    );
  });
});

describe('formatCsv', () => {
  it('has plain numbers that add up, and the fields of every row', () => {
    const [header = '', ...lines] = formatCsv(report).trimEnd().split('\r\n');
    expect(header).toBe(
      'layer,op,kind,stage,block,output,params,buffers,macs,flops,elementwise,activations,' +
        'trainable,weightBytes,activationBytes,traffic,intensity',
    );
    expect(lines).toHaveLength(report.rows.length);
    const bytes = '112,448,4096,7616,7.394957983193278';
    expect(lines[1]).toBe(`conv1,conv2d,conv 3x3,16x16,conv1,16x16x4,112,0,27648,55296,1024,1024,${bytes}`);
    const sums = lines
      .map((line) => line.split(',').slice(6, 12).map(Number))
      .reduce((a, b) => a.map((v, i) => v + b[i]!));
    const { params, buffers, macs, flops, elementwise, activations } = report.total;
    expect(sums).toEqual([params, buffers, macs, flops, elementwise, activations]);
    expect(formatCsv(report, { per: 'stage' })).toContain('\r\n8x8,5,152,8,9216,18432,');
  });

  it('quotes what needs it and leaves a count without a rule empty', () => {
    const nn = new Builder('odd');
    const graph = nn.graph(nn.custom(double, [nn.input([4, 4, 2])], { name: 'say "a,b"' }));
    expect(formatCsv(analyse(graph))).toContain(
      '\r\n"say ""a,b""",custom,double,4x4,"say ""a,b""",4x4x2,0,0,0,0,,32,0,0,128,256,\r\n',
    );
  });
});

describe('a tree', () => {
  const tree = formatTable(analyse(smallResNet()), { per: 'tree', width: 200 });

  it('has a line for each scope with its sum, and its layers below it, indented', () => {
    const lines = tree.split('\n');
    const at = lines.findIndex((line) => line.startsWith('layer1 '));
    expect(lines[at]).toMatch(/^layer1 +\d+ layers/);
    expect(lines[at + 1]).toMatch(/^ {2}0 +\d+ layers/);
    expect(lines[at + 2]).toMatch(/^ {4}\w+ +conv 3x3/);
    expect(lines.filter((line) => /^conv1 /.test(line))).toHaveLength(1);
  });

  it('is every layer with its whole path where there is no indentation, once', () => {
    expect(formatCsv(report, { per: 'tree' })).toBe(formatCsv(report));
    for (const { path } of report.rows)
      expect(formatMarkdown(report, { per: 'tree' })).toContain(`| ${path.replaceAll('_', '\\_')} |`);
  });
});

describe('a sheet', () => {
  const sheet = costSheet(smallResNet(), { batch: 2 });

  it('says in the table what memory and energy it takes, in words that fit the width', () => {
    const table = formatTable(sheet, { per: 'stage', width: 80 });
    expect(table.replaceAll('\n', ' ')).toMatch(/Memory for 2 pictures: 2\.66 kB of weights and at most [\d.]+ kB/);
    expect(table.replaceAll('\n', ' ')).toMatch(/A training step on it: .* with SGD and momentum, .* with Adam/);
    expect(table.replaceAll('\n', ' ')).toMatch(/Energy, an estimate/);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has bytes and intensities where there is room', () => {
    const [header = ''] = formatTable(sheet, { width: 200 }).split('\n').slice(2);
    for (const title of ['weights', 'outputs', 'traffic', 'ops/byte', 'sees/stride']) expect(header).toContain(title);
  });

  it('has what each layer sees of the input, in the table and in CSV', () => {
    expect(formatTable(sheet, { width: 220 })).toMatch(/^layer1\.0\.conv1 .* \d+\/2$/m);
    const [header = '', ...lines] = formatCsv(sheet).trimEnd().split('\r\n');
    expect(header).toMatch(/,bytesInUse,seenHeight,seenWidth,strideHeight,strideWidth,startHeight,startWidth$/);
    expect(lines[1]).toMatch(/,14336,3,3,1,1,-1,-1$/);
    for (const line of lines) expect(line.split(',')).toHaveLength(header.split(',').length);
  });

  it('is plain data that JSON gives back', () => {
    expect(JSON.parse(formatJson(sheet))).toEqual(JSON.parse(JSON.stringify(sheet)));
    expect(sheet.rows[1]).toMatchObject({
      receptiveField: { height: { size: 3, stride: 1, start: -1 } },
      bytesInUse: 2 * 4 * (768 + 1024),
    });
  });
});

describe('formatJoules', () => {
  it.each([
    [1.5, '1.50 J'],
    [0.0189, '18.9 mJ'],
    [4.2e-5, '42.0 µJ'],
    [3e-9, '3.00 nJ'],
  ])('%d is %s', (joules, text) => {
    expect(formatJoules(joules)).toBe(text);
  });
});

describe('formatMarkdown', () => {
  it('has a line for each group, numbers to the right', () => {
    expect(formatMarkdown(report, { per: 'stage' })).toMatchInlineSnapshot(`
      "small, input 16x16x3, convention convzoo

      | stage | layers | output | params | buffers | MACs | of MACs | elementwise | activations |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | 16x16 | 4 | 16x16x4 | 120 | 8 | 27,648 | 66.54 % | 4,096 | 3,072 |
      | 8x8 | 5 | 8x8x4 | 152 | 8 | 9,216 | 22.18 % | 1,792 | 1,280 |
      | 4x4 | 5 | 4x4x8 | 288 | 0 | 4,608 | 11.09 % | 640 | 576 |
      | head | 3 | 10 | 90 | 0 | 80 | 0.19 % | 138 | 18 |
      | total | 17 |  | 650 | 16 | 41,552 | 100.00 % | 6,666 | 4,946 |

      650 parameters and 16 buffers, 2.66 kB as float32; 41.55 k MACs = 83.10 k FLOPs; apart from those 6.67 k elementwise; 4.95 k activations.

      Counted: MACs of convolutions and dense layers; trainable parameters, with running statistics as buffers; every computed result as activations.
      "
    `);
  });

  it('lets no name open a column or a tag', () => {
    const nn = new Builder('<b>');
    const graph = nn.graph(nn.conv2d(nn.input([4, 4, 2]), { name: 'a|b<script>', out: 1, kernel: 1 }));
    const markdown = formatMarkdown(analyse(graph));
    expect(markdown).toContain('| a\\|b\\<script\\> |');
    expect(markdown.split('\n')[0]).toBe('\\<b\\>, input 4x4x2, convention convzoo');
  });
});

describe('formatJson', () => {
  it('is the report, with a line for each row', () => {
    const json = formatJson(report);
    expect(JSON.parse(json)).toEqual(report);
    expect(Object.keys(JSON.parse(json))).toEqual([
      'model',
      'input',
      'convention',
      'dtype',
      'batch',
      'total',
      'uncounted',
      'rows',
    ]);
    expect(json.split('\n').filter((line) => line.startsWith('    {"path":'))).toHaveLength(report.rows.length);
  });
});
