// Serves the page without a network after the first visit, and with the headers that give it threads where the host sets none.
// A script without imports: browsers differ in module service workers.

interface Facts {
  /** Changes with any file of the page. */
  readonly version: string;
  /** Relative to the page. */
  readonly files: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Put in by the build. */
declare const __FACTS__: Facts;

const worker = self as unknown as ServiceWorkerGlobalScope;

const { version, files, headers } = __FACTS__;
const PREFIX = 'convzoo-page-';
const CACHE = PREFIX + version;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      // One after the other: the page that is being used goes first.
      for (const file of files) if ((await cache.match(file)) === undefined) await cache.add(file);
    }),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      }
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Weights of other hosts are kept by the page itself, checked.
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (!url.href.startsWith(worker.registration.scope)) return;
  event.respondWith(request.mode === 'navigate' ? navigation(request) : asset(request));
});

/** The newest page where there is a network, else the kept one. */
async function navigation(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok) return withHeaders(response);
  } catch {
    // Offline.
  }
  const kept = await caches.match('./', { cacheName: CACHE });
  return kept === undefined ? Response.error() : withHeaders(kept);
}

/** Files have a hash of their content in their names, so a kept one is the right one. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept !== undefined) return withHeaders(kept);
  const response = await fetch(request);
  if (response.ok && response.status === 200) await cache.put(request, response.clone());
  return withHeaders(response);
}

function withHeaders(response: Response): Response {
  // What the host redirected, or hides, stays as it is.
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.status === 0) return response;
  const own = new Headers(response.headers);
  // The body is unpacked already.
  own.delete('Content-Encoding');
  own.delete('Content-Length');
  for (const [name, value] of Object.entries(headers)) own.set(name, value);
  const { status, statusText } = response;
  return new Response(status === 204 || status === 304 ? null : response.body, { status, statusText, headers: own });
}
