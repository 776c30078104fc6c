import { inspectFile } from '../../inspection/inspect.js';
import { inspectionToJson } from '../../inspection/json.js';
import { printInspection } from '../../inspection/text.js';
import { type OutputOptions, printJson, terminalOf } from '../../output/terminal.js';
import { resolveWeights } from '../../weights/resolve.js';

interface InspectOptions extends OutputOptions {
  readonly stats?: boolean | undefined;
  readonly all?: boolean | undefined;
}

export async function inspect(file: string, options: InspectOptions): Promise<void> {
  const terminal = terminalOf(options);
  const { path } = await resolveWeights(file, { terminal });
  const inspection = await inspectFile(path, options.stats);
  if (options.json === true) printJson(inspectionToJson(inspection));
  else printInspection(inspection, options.all === true, terminal);
}
