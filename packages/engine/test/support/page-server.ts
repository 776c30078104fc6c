import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** How pages and the files of this package are served. */
export interface Serving {
  /** A Content-Security-Policy of all that is sent. */
  readonly policy?: string;
  /** Whether pages are cross-origin isolated; they are by default. */
  readonly isolated?: boolean;
  /** Files that are not answered as they should be, by a part of their address. */
  readonly broken?: Readonly<Record<string, 'missing' | 'without headers'>>;
}

export interface PageServer {
  readonly address: string;
  /** From now on. */
  serve(serving: Serving): void;
  close(): Promise<void>;
}

/** The scripts carry a nonce, for policies that ask for one. */
const PAGE = `<!doctype html><link rel=icon href="data:,"><script type=module nonce=page src=/packages/engine/test/support/page.ts></script>`;

/** Serves support/page.ts and all that it needs from their sources, under changing headers. */
export async function pageServer(): Promise<PageServer> {
  let serving: Serving = {};
  const conditions = ['source', 'module', 'browser', 'development|production'];
  const vite = await createViteServer({
    configFile: false,
    root: fileURLToPath(new URL('../../../..', import.meta.url)),
    appType: 'custom',
    logLevel: 'silent',
    resolve: { conditions },
    // Nothing is to be found out while a page loads: it would load again.
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null },
    plugins: [
      {
        name: 'headers',
        configureServer({ middlewares }) {
          middlewares.use(({ url = '' }, response, next) => {
            const { policy, isolated = true, broken = {} } = serving;
            const fault = Object.entries(broken).find(([part]) => url.includes(part))?.[1];
            if (fault === 'missing') return void response.writeHead(404).end();
            if (fault !== 'without headers') {
              const headers = new Headers(isolated ? ISOLATED : {});
              if (policy !== undefined) headers.set('content-security-policy', policy);
              response.setHeaders(headers);
            }
            // Each page anew: a browser that kept a file would keep its headers.
            response.setHeader('cache-control', 'no-store');
            if (url === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
            else next();
          });
        },
      },
    ],
  });
  await vite.listen();
  return {
    address: vite.resolvedUrls?.local[0] ?? '',
    serve(next) {
      serving = next;
    },
    close: () => vite.close(),
  };
}
