#!/usr/bin/env node
import module from 'node:module';

// Node 22.8 and newer keep what they compiled on disk, so that the next start is faster. It has to be asked for before the
// program is loaded; where the folder cannot be written, nothing is kept.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown };
enableCompileCache?.();
await import('./cli.js');
