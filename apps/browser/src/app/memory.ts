const PREFIX = 'convzoo.';

/** What the page remembers over visits on this machine: language and colours, nothing else. Storage may be forbidden. */
export function remembered(name: string): string | undefined {
  try {
    return globalThis.localStorage?.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(PREFIX + name, value);
  } catch {
    // Then it is forgotten.
  }
}
