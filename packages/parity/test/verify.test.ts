import { type Float32Tensor, float32Tensor, type Graph } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownNetwork, parseGoldens, resultToJson, verifyNetwork } from '../src/index.js';
import { answering, type Change, channelsFirst, recordOf, resultOf, TAPS, tapRecord, tinyNet } from './records.js';

const graph = tinyNet();

function network(more: Readonly<Record<string, unknown>> = {}, net: Graph = graph) {
  const [record] = parseGoldens(JSON.stringify(recordOf(graph, more))).records;
  return ownNetwork(record!, net);
}

const verify = (change?: Change, more?: Readonly<Record<string, unknown>>) =>
  verifyNetwork(network(more), { backend: answering(change) });

/** One value of one result set to another. */
const replaced =
  (result: string, index: number, value: (before: number) => number): Change =>
  (name, { shape, data }) => {
    if (name !== result) return undefined;
    const copy = data.slice();
    copy[index] = value(copy[index] ?? 0);
    return float32Tensor(shape, copy);
  };

describe('verifyNetwork', () => {
  it('agrees with the record of what the backend answers, taps in the order of the graph', async () => {
    const shuffled = [...recordOf().taps].reverse();
    const result = await verify(undefined, { taps: shuffled });
    expect(result).toMatchObject({ case: 'tiny-4x6', agrees: true, backend: 'made-up', hints: [], unmatched: [] });
    expect(result.firstDifference).toBeUndefined();
    expect(result.taps.map((tap) => tap.name)).toEqual([...TAPS]);
    expect(result.error).toBeLessThan(1e-6);
  });

  const places = fc.oneof(
    fc.record({ result: fc.constant('output'), index: fc.nat(39) }),
    ...TAPS.map((name) =>
      fc.record({ result: fc.constant(name), index: fc.nat(resultOf(graph, name).data.length - 1) }),
    ),
  );

  it('takes NaN or Infinity anywhere, sampled or not, as disagreement, with or without taps', async () => {
    const values = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    await fc.assert(
      fc.asyncProperty(
        places,
        values,
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        async (place, value, tolerance) => {
          const backend = answering(replaced(place.result, place.index, () => value));
          const result = await verifyNetwork(network(), { backend, tolerance });
          expect(result.agrees).toBe(false);
          expect(result.firstDifference).toMatchObject({
            at: place.result === 'output' ? 'logits' : place.result,
            error: Number.POSITIVE_INFINITY,
          });
          expect(JSON.parse(JSON.stringify(resultToJson(result)))).toMatchObject({
            agrees: false,
            firstDifference: { error: null },
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('sees a value that is out by more than the tolerance wherever the record has it, and no smaller one', async () => {
    const tapped = TAPS.flatMap((name) => {
      const { shape } = resultOf(graph, name);
      const [, h = 1, w = 1, c = 1] = shape;
      // The record's places are torch's: the first is pixel 0 of channel 0, the second pixel 1, the last the last.
      return [0, c, 2 * h * w * c - 1].map((index) => ({ result: name as string, index }));
    });
    const logits = [0, 7, 19, 20, 35].map((index) => ({ result: 'output', index }));
    for (const { result, index } of [...tapped, ...logits]) {
      const { std } = tapRecord('', [], [...resultOf(graph, result).data]);
      const wrong = await verify(replaced(result, index, (v) => v + 2e-4 * std));
      expect(wrong.firstDifference?.at).toBe(result === 'output' ? 'logits' : result);
      const right = await verify(replaced(result, index, (v) => v + 2e-5 * std));
      expect(right.agrees).toBe(true);
    }
  });

  it('takes the tolerance that it is given, and no nonsense', async () => {
    const backend = answering(replaced('bn', 0, (v) => v + 1e-2));
    expect((await verifyNetwork(network(), { backend, tolerance: 0.1 })).agrees).toBe(true);
    expect((await verifyNetwork(network(), { backend, tolerance: 1e-3 })).agrees).toBe(false);
    for (const tolerance of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(verifyNetwork(network(), { backend, tolerance })).rejects.toMatchObject({ code: 'bad-tolerance' });
    }
  });

  it('says where they first part, and the last that agrees on the way there, not in a branch beside it', async () => {
    const scaled: Change = (name, { shape, data }) =>
      name === 'right' || name === 'concat' || name === 'output'
        ? float32Tensor(
            shape,
            data.map((v) => 2 * v),
          )
        : undefined;
    const result = await verify(scaled);
    expect(result.firstDifference).toMatchObject({ at: 'right', node: 'right', lastAgreed: 'relu' });
    expect(result.taps.filter((tap) => !tap.agrees).map((tap) => tap.name)).toEqual(['right', 'concat']);
    expect(result.hints).toContain('Look at right (conv2d 1x1, stride 1, padding 0, bias).');
  });

  it('where all taps agree and the logits do not, looks at what comes after', async () => {
    const result = await verify((name, { shape, data }) =>
      name === 'output'
        ? float32Tensor(
            shape,
            data.map((v) => v + 1),
          )
        : undefined,
    );
    expect(result.firstDifference).toMatchObject({ at: 'logits', lastAgreed: 'concat' });
    expect(result.hints).toEqual(['Look at flat (flatten), fc (dense).']);
  });

  it('compares an output of another shape with nothing', async () => {
    const result = await verify((name, { data }) => (name === 'output' ? float32Tensor([4, 10], data) : undefined));
    expect(result.firstDifference).toMatchObject({ at: 'logits', fault: 'the network answers 4x10, the record 2x20' });
  });

  it('does not run where parameters differ: in number, name or shape', async () => {
    const keys = network().params.map(({ name, layout }) => [name, layout.shape]);
    const never = answering(() => {
      throw new Error('it was run');
    });
    const fault = async (more: Readonly<Record<string, unknown>>): Promise<string | undefined> =>
      (await verifyNetwork(network(more), { backend: never })).firstDifference?.fault;
    expect((await verify(undefined, { keys })).agrees).toBe(true);
    expect(await fault({ params: 7 })).toMatch(/parameters here, 7 in the record/);
    expect(await fault({ keys: keys.slice(1) })).toBe('1 are not in the record (conv.weight)');
    expect(await fault({ keys: [...keys, ['more.weight', [3]]] })).toBe("1 of the record's are not here (more.weight)");
    expect(await fault({ keys: [['conv.weight', [5, 3, 1, 1]], ...keys.slice(1)] })).toMatch(
      /^1 have another shape \(conv.weight is 5x3x3x3 here and 5x3x1x1 there\)$/,
    );
  });

  it('hints at epsilons, softmax, another order and another activation', async () => {
    const off: Change = replaced('output', 0, (v) => v + 1);
    expect((await verify(off, { bn_eps: [1e-3] })).hints).toContain(
      'The epsilons of BatchNorm are 0.00001 here and 0.001 in the record.',
    );
    const shares: Change = (name, { shape }) =>
      name === 'output' ? float32Tensor(shape, new Float32Array(40).fill(1 / 20)) : undefined;
    expect((await verify(shares)).hints.join()).toMatch(/ends in a softmax/);
    const turned: Change = (name, { shape, data }) =>
      name === 'left' ? float32Tensor(shape, data.slice().reverse()) : undefined;
    expect((await verify(turned)).hints.join()).toMatch(/in another order/);
    const cut: Change = (name, { shape, data }) =>
      name === 'relu'
        ? float32Tensor(
            shape,
            data.map((v) => Math.max(v, 0)),
          )
        : undefined;
    const relu = await verify(cut);
    expect(relu.firstDifference?.at).toBe('relu');
    expect(relu.hints.join()).toMatch(/An activation of relu is missing/);
  });

  it('counts zeros, whatever the sampled values are', async () => {
    const set = (value: number): Float32Tensor => {
      const { shape, data } = resultOf(graph, 'relu');
      return float32Tensor(
        shape,
        data.map((v, i) => (i % 40 === 7 ? value : v)),
      );
    };
    const { shape, values } = channelsFirst(set(1e-6));
    const taps = [tapRecord('relu', shape, values)];
    const answers = (value: number) => verify((name) => (name === 'relu' ? set(value) : undefined), { taps });
    expect((await answers(1e-6)).agrees).toBe(true);
    expect((await answers(0)).firstDifference).toMatchObject({
      at: 'relu',
      fault: '2.5 % zeros here, 0.0 % in the record',
    });
  });

  it('compares what was flattened in torch in the order of torch', async () => {
    const flat: Float32Tensor = resultOf(graph, 'flat');
    const { values } = channelsFirst(float32Tensor([2, 4, 6, 5], flat.data));
    const tap = tapRecord('flat', [2, 120], values);
    expect((await verify(undefined, { taps: [tap] })).agrees).toBe(true);
    const asKeras = tapRecord('flat', [2, 120], [...flat.data]);
    expect((await verify(undefined, { taps: [asKeras] })).agrees).toBe(false);
  });

  it('leaves out a tap that it does not know, and says so', async () => {
    const { taps } = recordOf();
    const result = await verify(undefined, { taps: [...taps, { ...taps[0], name: 'elsewhere' }] });
    expect(result).toMatchObject({ agrees: true, unmatched: ['elsewhere'] });
  });
});
