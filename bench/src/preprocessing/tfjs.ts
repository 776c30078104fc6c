import { readFile } from 'node:fs/promises';
import { decode, type Image, shorterSideSize } from '@convzoo/preprocessing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type Contender, timed } from './contender.js';

const decoded = new Map<string, Image>();

function floats(image: Image): tf.Tensor3D {
  return tf.cast(tf.tensor3d(image.data, [image.height, image.width, 3], 'int32'), 'float32');
}

/** resizeBilinear with half-pixel centres: no antialiasing, which tfjs does not have. */
function values(image: Image): Promise<unknown> {
  const out = tf.tidy(() => {
    const { height, width } = shorterSideSize(image, 256);
    const resized = tf.image.resizeBilinear(floats(image), [height, width], false, true);
    const crop = tf.slice(resized, [(height - 224) >> 1, (width - 224) >> 1, 0], [224, 224, 3]);
    return tf.div(tf.sub(tf.div(crop, 255), [0.485, 0.456, 0.406]), [0.229, 0.224, 0.225]);
  });
  return out.data().finally(() => out.dispose());
}

export async function tfjs(): Promise<Contender> {
  await tf.setBackend('wasm');
  return {
    name: 'tfjs resizeBilinear',
    version: `${tf.version_core} (wasm)`,
    note: 'decoded by convzoo; four neighbours only, so large pictures alias',
    async file(path) {
      const bytes = await readFile(path);
      return timed(async () => values(await decode(bytes)));
    },
    async resize(path, height, width) {
      const image = decoded.get(path) ?? (await decode(await readFile(path)));
      decoded.set(path, image);
      return timed(async () => {
        const out = tf.tidy(() => tf.image.resizeBilinear(floats(image), [height, width], false, true));
        await out.data();
        out.dispose();
      });
    },
  };
}
