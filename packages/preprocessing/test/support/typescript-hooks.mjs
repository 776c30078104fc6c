// Lets a worker or a child process run the package's TypeScript sources: node --conditions=source --import THIS FILE.
// Vitest does it for the tests themselves, but not for threads and processes that they start. What was transpiled is kept
// in node_modules/.convzoo, because loading TypeScript takes longer than most tests.
import { register } from 'node:module';

const hooks = `
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const kept = new URL(${JSON.stringify(new URL('../../../../node_modules/.convzoo/transpiled/', import.meta.url).href)});

export async function resolve(specifier, context, next) {
  // Sources import './x.js'; the file is x.ts. A worker's entry has no parent.
  if (/^(\\.|file:)/.test(specifier) && specifier.endsWith('.js')) {
    const script = new URL(specifier, context.parentURL);
    const source = new URL(script.href.replace(/\\.js$/, '.ts'));
    if (!existsSync(script) && existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const text = readFileSync(new URL(url), 'utf8');
  const file = new URL(createHash('sha256').update(text).digest('hex') + '.js', kept);
  if (!existsSync(file)) {
    mkdirSync(kept, { recursive: true });
    const part = new URL(process.pid + '-' + Math.random() + '.part', kept);
    writeFileSync(part, await transpile(text));
    renameSync(part, file);
  }
  return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true };
}

async function transpile(text) {
  const { default: ts } = await import(${JSON.stringify(import.meta.resolve('typescript'))});
  return ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  }).outputText;
}
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
