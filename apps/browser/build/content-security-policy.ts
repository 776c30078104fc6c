import type { Plugin } from 'vite';
import { policy } from '../serve/headers.mjs';

/** Puts the policy into the built page, for hosts that set no headers. Development needs inline scripts, so not there. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'convzoo:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
        injectTo: 'head-prepend',
      },
    ],
  };
}
