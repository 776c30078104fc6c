import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { loader } from './runtime.js';

/** LiteRT.js (TensorFlow Lite with XNNPACK) on the file that our writer made; its WebAssembly lies in `/litert/`. */
export const litert = loader<Uint8Array>({
  source: async ({ files }) => new Uint8Array(await (await fetch(files.tflite)).arrayBuffer()),
  async load({ batch, threads }, bytes) {
    await loadLiteRt('/litert/', { threads: threads > 1 });
    const model = await loadAndCompile(bytes, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    const shape = [batch, 224, 224, 3];
    return {
      description: `LiteRT.js, wasm, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
      async run(input) {
        const given = new Tensor(input, shape);
        const [answer] = await model.run(given);
        if (answer === undefined) throw new RangeError('LiteRT.js answered nothing');
        const output = Float32Array.from(answer.toTypedArray());
        answer.delete();
        given.delete();
        return output;
      },
    };
  },
});
