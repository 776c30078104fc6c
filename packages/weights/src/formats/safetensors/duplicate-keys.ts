/**
 * The first key that occurs twice in an object of a JSON text, which `JSON.parse` would pass over: the format forbids it,
 * since two readers could then see two different files. The text must be valid JSON.
 */
export function duplicateKey(json: string): string | undefined {
  // One set of keys for each object that is open; `undefined` for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case 0x7b: // {
        open.push(new Set());
        break;
      case 0x5b: // [
        open.push(undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x22: {
        const end = endOfString(json, i);
        const keys = open.at(-1);
        if (keys !== undefined && isKey(json, end)) {
          const raw = json.slice(i, end);
          const key: unknown = raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1);
          if (keys.has(String(key))) return String(key);
          keys.add(String(key));
        }
        i = end - 1;
      }
    }
  }
  return undefined;
}

/** Index after the closing quote of the string that starts at `start`. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; ; i++) {
    const char = json.charCodeAt(i);
    if (char === 0x22) return i + 1;
    if (char === 0x5c) i++;
  }
}

/** Whether a colon follows. */
function isKey(json: string, from: number): boolean {
  let i = from;
  while (' \t\n\r'.includes(json[i] ?? 'x')) i++;
  return json[i] === ':';
}
