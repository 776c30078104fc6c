/** What a look over a JSON text found, before it is parsed. */
export type Finding =
  | { readonly kind: 'duplicate'; readonly key: string }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many' };

/**
 * Looks over a JSON text for what `JSON.parse` would pass over or choke on: a key twice in one object (two readers could
 * then see two different files), nesting beyond `maxDepth`, or more than `maxKeys` keys in one object. The text need not
 * be valid JSON; then anything or nothing may be found.
 */
export function scanJson(json: string, maxDepth: number, maxKeys: number): Finding | undefined {
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
          const key = keyOf(json.slice(i, end));
          if (keys.has(key)) return { kind: 'duplicate', key };
          keys.add(key);
          if (keys.size > maxKeys) return { kind: 'too-many' };
        }
        i = end - 1;
      }
    }
    if (open.length > maxDepth) return { kind: 'too-deep' };
  }
  return undefined;
}

/** Index after the closing quote of the string that starts at `start`, or the text's end. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (char === 0x22) return i + 1;
    if (char === 0x5c) i++;
  }
  return json.length;
}

/** Whether a colon follows. */
function isKey(json: string, from: number): boolean {
  let i = from;
  while (i < json.length && ' \t\n\r'.includes(json.charAt(i))) i++;
  return json[i] === ':';
}

/** A key without its quotes and escapes; SyntaxError for an escape that JSON does not have. */
const keyOf = (quoted: string): string => (quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1));
