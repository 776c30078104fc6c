import { Interpreter } from './interpreter.js';
import { packages } from './packages.js';

/** What the thread for scripts does. */
export function createScriptService() {
  const interpreter = new Interpreter(packages);
  return {
    /** Ready once this is answered. */
    async load(): Promise<void> {
      await interpreter.load();
    },
    run: (text: string) => interpreter.run(text),
  };
}

export type ScriptService = ReturnType<typeof createScriptService>;
