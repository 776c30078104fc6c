import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { loader } from './runtime.js';

/** onnxruntime by itself on the file that our exporter wrote. */
export const ortNode = loader<string>({
  source: async ({ files }) => files.onnx,
  async load({ batch, threads }, path) {
    const session = await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    const [from = '', to = ''] = [session.inputNames[0], session.outputNames[0]];
    return {
      description: `onnxruntime-node ${env.versions.node}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
      layout: 'channels-first',
      async run(input) {
        const tensor = new Tensor('float32', input, [batch, 3, 224, 224]);
        return (await session.run({ [from]: tensor }))[to]?.data as Float32Array;
      },
    };
  },
});
