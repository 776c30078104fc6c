/** Has the browser save a file, as a click on a link would. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then; without this the content stays in memory.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that every file system takes: `convzoo-layers-mobilenet_v2-0.5-160.svg`. */
export const fileName = (parts: readonly string[], extension: string): string =>
  `${['convzoo', ...parts].join('-').replaceAll(/[^\w.-]+/g, '-')}.${extension}`;
