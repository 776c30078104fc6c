import { type Chart, SCHEMA, theme } from '../chart.js';
import type { Fit } from './fit.js';
import type { NetworkTime } from './protocol.js';

/** The engine's least time against multiply-accumulates, both logarithmic, with the line of the median rate. */
export function zooChart(networks: readonly NetworkTime[], { gigamacsPerSecond }: Fit): Chart {
  const [macs, times] = [networks.map((network) => network.macs), networks.map(({ min }) => min)];
  const [across, up] = [roomAround(macs), roomAround(times)];
  const ends = [Math.min(...macs), Math.max(...macs)].map((count) => ({
    macs: count,
    min: count / gigamacsPerSecond / 1e6,
  }));
  return {
    $schema: SCHEMA,
    description: `Time of the engine against multiply-accumulates of ${networks.length} networks`,
    title: {
      text: 'The engine on the whole zoo: time against multiply-accumulates',
      subtitle: `One picture, one thread, least time. The line is the median rate, ${gigamacsPerSecond.toFixed(1)} G MACs a second.`,
    },
    width: 720,
    height: 480,
    config: theme,
    layer: [
      {
        data: { values: ends },
        mark: { type: 'line', color: '#999', strokeDash: [5, 4] },
        encoding: {
          x: { field: 'macs', type: 'quantitative', scale: { type: 'log' } },
          y: { field: 'min', type: 'quantitative', scale: { type: 'log' } },
        },
      },
      {
        data: { values: networks.map(({ model, family, macs: count, min }) => ({ model, family, macs: count, min })) },
        mark: { type: 'point', filled: true, size: 70, opacity: 0.85 },
        encoding: {
          x: {
            field: 'macs',
            type: 'quantitative',
            scale: { type: 'log', nice: false, clamp: true, domain: across },
            title: 'Multiply-accumulates',
            axis: { format: '~s', values: powersOfTen(across) },
          },
          y: {
            field: 'min',
            type: 'quantitative',
            scale: { type: 'log', nice: false, clamp: true, domain: up },
            title: 'Milliseconds',
            axis: { format: '~g', values: powersOfTen(up) },
          },
          color: { field: 'family', type: 'nominal', title: 'Family', scale: { scheme: 'tableau20' } },
          tooltip: [
            { field: 'model', title: 'network' },
            { field: 'macs', title: 'MACs', format: ',' },
            { field: 'min', title: 'ms', format: '.2f' },
          ],
        },
      },
    ],
  };
}

const roomAround = (values: readonly number[]): [number, number] => [
  0.6 * Math.min(...values),
  1.6 * Math.max(...values),
];

function powersOfTen([least, most]: readonly [number, number]): number[] {
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(least)); power <= Math.log10(most); power++) powers.push(10 ** power);
  return powers;
}
