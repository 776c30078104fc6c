/** What makes a page cross-origin isolated, so that it has shared memory, and threads with it. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Where published weights lie. The page asks them only when someone presses "download". */
const weightHosts = [
  'https://huggingface.co',
  'https://*.huggingface.co',
  'https://*.hf.co',
  'https://download.pytorch.org',
  'https://storage.googleapis.com',
];

const directives = {
  'default-src': ["'none'"],
  // WebAssembly needs its own leave; nothing else may be made of text.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'blob:', 'data:'],
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  'connect-src': ["'self'", 'blob:', ...weightHosts],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** @param {Record<string, string[]>} rules */
const textOf = (rules) =>
  Object.entries(rules)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

/** The policy as the page itself states it. */
export const policy = textOf(directives);

/** The policy as a header: framing can be forbidden only there. */
const policyHeader = textOf({ ...directives, 'frame-ancestors': ["'none'"] });

/** Every header that the page should come with; the service worker adds them where a host does not. */
export const headers = {
  ...isolation,
  'Content-Security-Policy': policyHeader,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
