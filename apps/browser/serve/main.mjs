#!/usr/bin/env node
// Serves the built page on this machine and prints its address: node serve/main.mjs [--port N] [--base /PATH/]
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve } from './server.mjs';

const folder = fileURLToPath(new URL('../dist', import.meta.url));
const usage = 'usage: npm start -- demo [--port N] [--base /PATH/]';

/** @returns {{ port: string | undefined, base: string | undefined }} */
function options() {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { port: { type: 'string' }, base: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(`${usage}\n\nServes the page on this machine and prints its address; Ctrl-C ends it.\n`);
    process.exit(0);
  }
  return { port: values.port, base: values.base };
}

/** Many remember it; where it is taken any free one does. */
const PORT = 4173;

try {
  const { port, base = '/' } = options();
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Error(`--port is a number, got "${port}"`);
  if (!/^\/(.*\/)?$/.test(base)) throw new Error(`--base begins and ends with a slash, got "${base}"`);
  if (!existsSync(`${folder}/index.html`)) throw new Error('the page is not built: npm start -- demo builds it');
  const wanted = { folder, base, port: Number(port ?? PORT) };
  const { url } = await serve(wanted).catch((/** @type {unknown} */ error) => {
    if (port !== undefined || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return serve({ ...wanted, port: 0 });
  });
  process.stdout.write(`${url}\n`);
  process.stderr.write('The page is at the address above. Ctrl-C ends it.\n');
} catch (error) {
  process.stderr.write(`convzoo: ${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 2;
}
