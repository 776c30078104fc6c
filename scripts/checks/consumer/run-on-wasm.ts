// A user who runs a network in WebAssembly, with weights of their own: here the exact fill of fixtures/goldens, so that
// the answer is known from torchvision (record resnet18-97x131).
import '@tensorflow/tfjs-backend-wasm';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { fillFromHash, fillInput } from '@convzoo/weights/golden';
import { buildModel } from '@convzoo/zoo';

const log4 = {
  bn1: 1,
  'layer1.0.bn1': 1,
  'layer1.1.bn1': 1,
  'layer2.0.bn1': 2,
  'layer2.0.downsample.1': 2,
  'layer2.1.bn2': 1,
  'layer3.0.bn1': 1,
  'layer3.0.downsample.1': 1,
  'layer4.0.bn1': 1,
  'layer4.0.downsample.1': 1,
};
const expected = [
  [-1.515604, -0.678777, -2.415765, 0.9330067, 3.723703, 1.454432, 0.4997499, -2.115828],
  [-1.603505, -0.5864472, -2.34755, 0.9062717, 3.760024, 1.401392, 0.5721834, -2.211645],
];

const graph = buildModel('resnet18', { input: [97, 131, 3] });
const backend = await wasmBackend();
const session = await backend.prepare(graph, fillFromHash(graph, { dialect: 'torchvision', log4 }));
const { output } = await session.run(fillInput([2, 3, 97, 131], 'NCHW', 'signed'));
await session.dispose();

for (const [item, logits] of expected.entries()) {
  for (const [index, logit] of logits.entries()) {
    const found = output.data[item * 1000 + index] ?? Number.NaN;
    if (!(Math.abs(found - logit) < 1e-4)) throw new Error(`item ${item}, logit ${index}: ${found}, not ${logit}`);
  }
}
