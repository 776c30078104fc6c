// Lets a worker or a child process run the package's TypeScript sources: node --conditions=source --import THIS FILE.
// Vitest does it for the tests themselves, but not for threads and processes that they start.
import { register } from 'node:module';

const hooks = `
import { existsSync, readFileSync } from 'node:fs';
import ts from ${JSON.stringify(import.meta.resolve('typescript'))};

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
  const { outputText } = ts.transpileModule(readFileSync(new URL(url), 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
