// The state of the page is the part of its address after the #: it survives a reload, can be sent to others, needs no rule
// on the server (`/compare` would), and is the same under any path that the page is put at. Nothing of it reaches the server.

/** What an address says: which page, and its settings. */
export interface Place {
  /** Id of the page; empty for the first. */
  readonly page: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Reads `#/compare?family=resnet`. Whatever is no such text is the first page. */
export function parseHash(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return { page: decoded(path), params: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a place, for `href`; settings that are empty are left out. */
export function formatHash({ page, params }: Place): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
  // Slashes and colons are plain there and read better.
  const readable = query.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%40', '@');
  return `#/${encodeURIComponent(page)}${readable === '' ? '' : `?${readable}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
