// Keeps the page for use without a network, and gives it threads where the host sets no headers.

let ready = $state(false);
let reloadHelps = $state(false);

export const offline = {
  /** Whether the page works without a network now. */
  get ready(): boolean {
    return ready;
  },
  /** Whether a reload would give the page threads, which the service worker can serve it with now. */
  get reloadHelps(): boolean {
    return reloadHelps;
  },
};

/** Whether anyone has done anything yet: a page in use must not be reloaded under someone's hands. */
let used = false;
for (const event of ['pointerdown', 'keydown', 'drop', 'paste']) {
  globalThis.addEventListener?.(event, () => (used = true), { once: true, capture: true });
}

/** Only one try: a host or browser may refuse whatever we do. */
const TRIED = 'convzoo.isolation-tried';

/** Installs the service worker; called when the page has done what it was opened for, so that this does not slow it down. */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL('./service-worker.js', document.baseURI), { scope: './' });
    const { active } = await navigator.serviceWorker.ready;
    ready = active !== null;
    if (crossOriginIsolated || active === null) return;
    if (sessionStorage.getItem(TRIED) !== null) return;
    reloadHelps = true;
    if (used) return;
    sessionStorage.setItem(TRIED, 'yes');
    location.reload();
  } catch {
    // A browser that forbids it (private windows of some) shows the page without it.
  }
}
