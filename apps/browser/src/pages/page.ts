import type { Component } from 'svelte';

/** A page of the app. Its folder has the component, its `service.ts` in the worker, and whatever both need. */
export interface Page {
  /** Its part of the address: `#/ID`. */
  readonly id: string;
  /** Its name, in the language of the page. */
  title(): string;
  /** One sentence on what it is for. */
  description(): string;
  /** Fetched when it is first shown. */
  load(): Promise<{ readonly default: Component }>;
}
