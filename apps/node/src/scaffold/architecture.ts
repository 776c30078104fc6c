import type { NetworkNames } from './names.js';

/** The architecture: examples/my-net.ts by another name, with more said of it. Its counts stand in the test's template. */
export const architectureSource = ({ file, camel }: NetworkNames): string =>
  `import { Builder, convNormActivation, depthwiseSeparable, type Graph, residual, type Value } from '@convzoo/layers';

// What this file says is all that convzoo needs to count, draw, train and run the network:
//
//   convzoo cost ./${file}.ts           convzoo graph ./${file}.ts
//   convzoo train ./${file}.ts --data cifar10-jpeg.tar.gz
//
// No build and no installation is needed for that. For an editor that knows the types: npm install @convzoo/layers

/** What the layers are called: the names of parameters in weight files. */
const names = (conv: string, norm: string) => ({ conv, norm });

/** Depthwise 3x3, then pointwise, each with norm and ReLU. */
function separable(nn: Builder, x: Value, out: number, stride: number): Value {
  const parts = { depthwise: names('dw', 'dw_bn'), pointwise: names('pw', 'pw_bn') };
  return depthwiseSeparable(nn, x, { names: parts, out, kernel: 3, stride, activation: 'relu' });
}

/**
 * A small residual network of separable convolutions; make it yours. Maps are height, width, channels.
 *
 * @param options.input height and width of the pictures
 * @param options.width channels after the stem, doubled by each stage
 * @param options.classes outputs
 */
export default function ${camel}({ input = 64, width = 32, classes = 10 } = {}): Graph {
  const nn = new Builder('${file}');
  const stem = { names: names('stem', 'stem_bn'), out: width, kernel: 3, stride: 2 };
  // Halves the map: 32x32 for pictures of 64.
  let x = convNormActivation(nn, nn.input([input, input, 3]), { ...stem, activation: 'relu' });
  for (const stage of [1, 2, 3]) {
    // A module is a part with a name of its own, which \`convzoo cost --per stage\` and \`convzoo graph\` show.
    x = nn.module(\`stage\${stage}\`, () => {
      // Twice the channels on half the map, then a block that adds to what it was given.
      const y = nn.scope('down', () => separable(nn, x, width << stage, 2));
      return nn.scope('refine', () => residual(nn, y, { branch: (z) => separable(nn, z, width << stage, 1) }));
    });
  }
  return nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'classifier', units: classes }));
}
`;
