/** What these tests use of Vite: a file's text or its data URL, in Node and in browsers alike. */
interface ImportMeta {
  glob<T>(pattern: string, options: { query: string; import: 'default' }): Record<string, () => Promise<T>>;
}
