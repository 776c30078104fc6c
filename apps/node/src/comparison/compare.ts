import { paretoFront } from '@convzoo/charts';
import { type ConventionName, type NetworkCost, networkCost } from '@convzoo/cost-analysis';
import type { BuildOptions } from '@convzoo/zoo';
import { type Accuracy, publishedAccuracies } from '@convzoo/zoo/pretrained';
import { openModel } from '../network/model.js';

/** What a network costs and is good for. */
export interface ComparedNetwork extends NetworkCost {
  /** As the user named it. */
  readonly model: string;
  readonly family: string;
  /** The published accuracy at this input: of the framework's own choice of weights, else the best; or none. */
  readonly accuracy: Accuracy | null;
  /** All that are published for this network. */
  readonly accuracies: readonly Accuracy[];
  /** Whether no other of the compared networks is as accurate for as few MACs. */
  readonly front: boolean;
}

/** Counts every network, looks its accuracies up and marks the Pareto front of accuracy against MACs. */
export async function compareNetworks(
  texts: readonly string[],
  options: { readonly convention?: ConventionName | undefined; readonly build?: BuildOptions } = {},
): Promise<readonly ComparedNetwork[]> {
  const rows: Omit<ComparedNetwork, 'front'>[] = [];
  for (const text of texts) rows.push(await compared(text, options.convention, options.build ?? {}));
  const known = rows.filter(({ accuracy }) => accuracy !== null);
  const front = new Set(
    paretoFront(
      known,
      ({ macs }) => macs,
      ({ accuracy }) => accuracy?.top1 ?? 0,
    ),
  );
  return rows.map((row) => ({ ...row, front: front.has(row) }));
}

async function compared(
  text: string,
  convention: ConventionName | undefined,
  build: BuildOptions,
): Promise<Omit<ComparedNetwork, 'front'>> {
  const { graph, resolved } = await openModel(text, build);
  const cost = networkCost(graph, { convention });
  const accuracies = resolved === undefined ? [] : publishedAccuracies(resolved);
  const [height] = cost.input;
  return {
    model: text,
    family: resolved?.entry.family ?? 'own',
    ...cost,
    // An accuracy at another resolution belongs to another number of MACs.
    accuracy: accuracies.find(({ input }) => input === height) ?? null,
    accuracies,
  };
}
