// Everything here runs in Node and in browsers: Vite hands out the fixtures, WebCrypto hashes.

const texts = import.meta.glob<string>('../../../../fixtures/preprocessing/*.jsonl', {
  query: '?raw',
  import: 'default',
});
const pictures = import.meta.glob<string>('../../../../fixtures/preprocessing/{images,more-images}/*', {
  query: '?inline',
  import: 'default',
});

function found<T>(files: Record<string, () => Promise<T>>, name: string): Promise<T> {
  const key = Object.keys(files).find((path) => path.endsWith(`/fixtures/preprocessing/${name}`));
  if (key === undefined) throw new Error(`no fixture ${name}`);
  return files[key]!();
}

/** The records of fixtures/preprocessing/NAME.jsonl. */
export async function vectors<T>(name: string): Promise<T[]> {
  const text = await found(texts, `${name}.jsonl`);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** The bytes of fixtures/preprocessing/NAME. */
export async function pictureBytes(name: string): Promise<Uint8Array> {
  const url = await found(pictures, name);
  return Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) => character.charCodeAt(0));
}

export async function hashOf(data: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
