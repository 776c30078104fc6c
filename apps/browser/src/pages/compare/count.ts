import { type ConventionName, networkCost } from '@convzoo/cost-analysis';
import { resolveModel } from '@convzoo/zoo';
import { type Accuracy, pretrainedFor, publishedAccuracies } from '@convzoo/zoo/pretrained';
import type { NetworkRow } from './network-row.js';

/** Our own weights come with the page, under this name. */
const EMBEDDED = 'npm:@convzoo/pretrained-resnet20-cifar10/';

/**
 * Counts a network of the zoo and looks its accuracies up, as `convzoo compare` does.
 *
 * @throws ConvzooError `unknown-model`, `bad-option`, or what building throws for an input that it cannot take
 */
export function countNetwork(model: string, convention: ConventionName): NetworkRow {
  const resolved = resolveModel(model);
  const { name, entry, options } = resolved;
  const cost = networkCost(entry.build(options), { convention });
  const accuracies = publishedAccuracies(resolved);
  const [height] = cost.input;
  // An accuracy at another resolution belongs to another number of MACs.
  const accuracy = accuracies.find(({ input }) => input === height) ?? null;
  const width = options.width ?? 1;
  return {
    model,
    name,
    family: entry.family,
    summary: entry.summary,
    width,
    anyWidth: entry.anyWidth,
    defaultInput: entry.input[0],
    ...cost,
    accuracy,
    elsewhere: accuracies.filter(({ input }) => input !== height).map((each) => ({ ...each, width })),
    weights: weightsOf(model, accuracy),
  };
}

/** The weights that the accuracy is of; else those that the network's framework takes by itself. */
function weightsOf(model: string, accuracy: Accuracy | null): string | undefined {
  const published = pretrainedFor(model);
  if (published.some(({ location }) => location.startsWith(EMBEDDED))) return 'embedded';
  return accuracy?.source ?? published[0]?.name;
}
