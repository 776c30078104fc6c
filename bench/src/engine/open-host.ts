import type { Contender } from './contenders.js';
import { chromiumHost } from './hosts/chromium.js';
import type { Host } from './hosts/host.js';
import { nodeHost } from './hosts/node.js';
import { pythonHost } from './hosts/python.js';

/** Where the programs are that cells run in; undefined where there is none. */
export interface Programs {
  readonly chromium: string | undefined;
  /** Of the server of the page. */
  readonly address: string;
  readonly python: string | undefined;
}

/** Node 20 has multiply-add behind a flag, later ones as browsers without. */
const FMA_FLAG = '--experimental-wasm-relaxed-simd';

/** @throws where its program is missing */
export async function openHost({ runtime, place, threads }: Contender, programs: Programs): Promise<Host> {
  switch (place) {
    case 'node':
      return nodeHost(threads);
    case 'node-fma':
      return nodeHost(threads, [FMA_FLAG]);
    case 'python':
      if (programs.python === undefined) throw new Error('no Python with torch: give one by --python');
      return pythonHost(programs.python, threads);
    case 'chromium': {
      const { chromium: executable, address } = programs;
      if (executable === undefined) throw new Error('no Chromium: npm run browser:install');
      // tfjs-wasm takes half of the processors that it sees.
      const processors = runtime === 'tfjs-wasm' && threads > 1 ? 2 * threads : undefined;
      return chromiumHost({ executable, address, processors });
    }
  }
}
