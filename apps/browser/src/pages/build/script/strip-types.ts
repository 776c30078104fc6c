import { transform } from 'sucrase';
import type { ScriptProblem } from './script-result.js';

/** TypeScript as JavaScript, each statement on the line that it was on. Types are dropped, not checked, as the command line does. */
export function stripTypes(text: string): { readonly code: string } | { readonly problem: ScriptProblem } {
  try {
    return { code: transform(text, { transforms: ['typescript'], disableESTransforms: true }).code };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, line] = /\((\d+):\d+\)\s*$/.exec(message) ?? [];
    return {
      problem: {
        kind: 'syntax',
        message: message.replace(/^Error transforming [^:]*: /, '').replace(/\s*\(\d+:\d+\)\s*$/, ''),
        line: line === undefined ? undefined : Number(line),
      },
    };
  }
}
