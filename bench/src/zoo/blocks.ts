import { NETWORKS } from '../engine/network.js';
import { figure, table } from '../tables.js';
import { type Cause, type Efficiency, efficiencies, LOW, REASONS, type Reason } from './efficiency.js';
import { fitOf, rateOf } from './fit.js';
import type { LayerTime, NetworkTime, Peaks } from './protocol.js';
import type { ZooResults } from './results.js';

/** The parts of the page that the zoo's results fill. */
export function zooBlocks({ machine, networks, skipped, peaks, layers }: ZooResults): Readonly<Record<string, string>> {
  const facts = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  return {
    'zoo summary': [
      `Measured on: ${facts.join('; ')}.`,
      networks.length === 0 ? '' : summary(networks),
      ...skipped.map(({ model, reason }) => `- ${model} was not measured: ${reason}`),
    ].join('\n\n'),
    'zoo layers': peaks === undefined || layers.length === 0 ? 'Not measured.' : layerTables(layers, peaks),
  };
}

function summary(networks: readonly NetworkTime[]): string {
  const { exponent, correlation, gigamacsPerSecond } = fitOf(networks);
  const families = [...new Set(networks.map(({ family }) => family))];
  const rows = families.map((family) => {
    const members = networks.filter((network) => network.family === family);
    const byRate = members.toSorted((a, b) => rateOf(a) - rateOf(b));
    const [slowest, fastest] = [byRate[0], byRate.at(-1)];
    const rates = [slowest, fastest].map((network) => (network === undefined ? '-' : figure(rateOf(network))));
    const times = members.map(({ min }) => min);
    return [
      family,
      String(members.length),
      `${figure(Math.min(...times))} to ${figure(Math.max(...times))}`,
      `${rates[0]} (${slowest?.model})`,
      `${rates[1]} (${fastest?.model})`,
    ];
  });
  const disturbed = networks.filter(({ others = 0 }) => others > 0.15).length;
  return [
    `${networks.length} networks at their default input, batch 1, one thread. Time grows as MACs to the power of ${exponent.toFixed(2)}, correlation of the logarithms ${correlation.toFixed(3)}; the median rate is ${figure(gigamacsPerSecond)} G MACs a second.${disturbed > 0 ? ` ${disturbed} were measured while others used the machine.` : ''}`,
    table(['family', 'networks', 'ms', 'G MACs/s, least', 'most'], rows),
  ].join('\n\n');
}

function layerTables(layers: readonly LayerTime[], peaks: Peaks): string {
  const giga = (value: number): string => figure(value / 1e9);
  const kernels = Object.entries(peaks.byKernel).map(([kernel, rate]) => `${kernel} ${giga(rate)}`);
  return [
    `The peak is what this runtime multiplies and adds when it does nothing else: ${giga(peaks.multiplicationsPerSecond)} G multiply-adds a second of vectors in registers, one thread. A layer's share is the multiplications that its method does, over those. Winograd and Strassen do fewer than the definition counts, so a layer at 60 % of this peak may do several times its MACs; transforms count as nothing and lower it. From memory come ${giga(peaks.weightBytesPerSecond)} GB/s of weights in a product of one row, and maps are summed at ${giga(peaks.activationBytesPerSecond)} GB/s. Single layers that suit them reach, in G MACs a second: ${kernels.join(', ')}.`,
    kernelTable(layers, peaks),
    `Layers below ${100 * LOW} % of the peak, with what takes the largest part of their time beside the products, where that is a quarter or more by itself:`,
    lowTable(layers, peaks),
  ].join('\n\n');
}

/** Where the time of each network goes. */
function kernelTable(layers: readonly LayerTime[], peaks: Peaks): string {
  const rows = NETWORKS.flatMap((model) => {
    const own = layers.filter((layer) => layer.model === model);
    const total = sumOf(own.map(({ milliseconds }) => milliseconds));
    const kernels = [...new Set(own.map(({ kernel }) => kernel))];
    return kernels
      .map((kernel) => own.filter((layer) => layer.kernel === kernel))
      .toSorted(
        (a, b) => sumOf(b.map(({ milliseconds }) => milliseconds)) - sumOf(a.map(({ milliseconds }) => milliseconds)),
      )
      .map((same) => {
        const time = sumOf(same.map(({ milliseconds }) => milliseconds));
        const share =
          sumOf(same.map(({ multiplications }) => multiplications)) / (time / 1000) / peaks.multiplicationsPerSecond;
        const ofPeak = share > 0 ? `${(100 * share).toFixed(0)} %` : '';
        return [model, same[0]?.kernel ?? '', String(same.length), figure(time), percent(time / total), ofPeak];
      });
  });
  return table(['network', 'kernel', 'layers', 'ms', 'of the time', 'of the peak'], rows);
}

function lowTable(layers: readonly LayerTime[], peaks: Peaks): string {
  const low = efficiencies(layers, peaks).filter((entry): entry is Low => entry.cause !== undefined);
  const rows = NETWORKS.flatMap((model) => {
    const total = sumOf(layers.filter((layer) => layer.model === model).map(({ milliseconds }) => milliseconds));
    return (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
      const same = low.filter(({ layer, cause }) => layer.model === model && cause.reason === reason);
      if (same.length === 0) return [];
      const part = same.flatMap(({ cause }) => (cause.part === undefined ? [] : [Math.min(1, cause.part)]));
      const names = same.map(({ layer }) => `${layer.path} (${layer.kernel}, ${layer.shape.join('x')})`);
      return [
        [
          model,
          `${REASONS[reason]}${part.length === 0 ? '' : `, ${percentRange(part)} of its time`}`,
          percentRange(same.map(({ share }) => share)),
          percent(sumOf(same.map(({ layer }) => layer.milliseconds)) / total),
          names.join(', '),
        ],
      ];
    });
  });
  return table(['network', 'reason', 'of the peak', "of the network's time", 'layers'], rows);
}

type Low = Efficiency & { readonly cause: Cause };

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function percentRange(shares: readonly number[]): string {
  const ends = [Math.min(...shares), Math.max(...shares)].map((share) => (100 * share).toFixed(0));
  return `${[...new Set(ends)].join(' to ')} %`;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
