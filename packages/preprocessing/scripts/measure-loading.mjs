// How many photographs a second come out ready for training, with 0, 1 and 2 workers:
//   node packages/preprocessing/scripts/measure-loading.mjs ../shared/datasets/hymenoptera
// Needs a build. Prints the median of three epochs; the first starts cold, as every epoch does for its workers.
import { cpus } from 'node:os';
import { normalisations } from '@convzoo/preprocessing';
import { augmentations, compose } from '@convzoo/preprocessing/augment';
import { imageFolder, loadBatches } from '@convzoo/preprocessing/node';

const [folder = '../shared/datasets/hymenoptera'] = process.argv.slice(2);
const dataset = await imageFolder(folder);
const augment = compose([
  augmentations.randomResizedCrop(224),
  augmentations.randomHorizontalFlip(),
  augmentations.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
]);

console.log(`${dataset.size} pictures, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
for (const workers of [0, 1, 2]) {
  const rates = [];
  // Of all threads; it tells what a busy machine hides.
  const before = process.cpuUsage();
  for (let epoch = 0; epoch < 3; epoch++) {
    const start = performance.now();
    const options = { batchSize: 32, shuffle: true, epoch, augment, normalise: normalisations.torch, workers };
    let pictures = 0;
    for await (const { labels } of loadBatches(dataset, options)) pictures += labels.length;
    rates.push((1000 * pictures) / (performance.now() - start));
  }
  const { user, system } = process.cpuUsage(before);
  const cost = (user + system) / 1000 / (3 * dataset.size);
  console.log(
    `${workers} workers: ${rates.sort((a, b) => a - b)[1]?.toFixed(0)} pictures/s, ${cost.toFixed(1)} ms of processor each`,
  );
}
