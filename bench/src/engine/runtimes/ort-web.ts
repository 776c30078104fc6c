import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { loader } from './runtime.js';

/** onnxruntime-web by itself on the file that our exporter wrote; its WebAssembly lies in `/ort/`. */
export const ortWeb = loader<Uint8Array>({
  source: async ({ files }) => new Uint8Array(await (await fetch(files.onnx)).arrayBuffer()),
  async load({ batch, threads }, bytes) {
    env.wasm.numThreads = threads;
    env.wasm.wasmPaths = '/ort/';
    env.logLevel = 'error';
    const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    const [from = '', to = ''] = [session.inputNames[0], session.outputNames[0]];
    return {
      description: `onnxruntime-web ${env.versions.web}, wasm, ${env.wasm.numThreads === 1 ? '1 thread' : `${env.wasm.numThreads} threads`}`,
      layout: 'channels-first',
      async run(input) {
        const tensor = new Tensor('float32', input, [batch, 3, 224, 224]);
        return (await session.run({ [from]: tensor }))[to]?.data as Float32Array;
      },
    };
  },
});
