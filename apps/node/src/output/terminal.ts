import pc from 'picocolors';
import { wrapText } from './wrap.js';

/** Where and how a command speaks. Results go to stdout, everything else to stderr. */
export interface Terminal {
  /** Columns of stdout: of the terminal, of COLUMNS, or 80. */
  readonly width: number;
  readonly colors: ReturnType<typeof pc.createColors>;
  /** A line of the result. */
  print(text: string): void;
  /** A line about the work: silent with --quiet and beside --json. */
  note(text: string): void;
  /** Whether notes are shown and stderr is a terminal: progress bars only then. */
  readonly interactive: boolean;
}

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** False with --no-color. */
  readonly color?: boolean | undefined;
}

/** Whole words on a line where a terminal shows it; as it is elsewhere, so that programs find it whole. */
function fitted(text: string): string {
  const { isTTY, columns } = process.stderr;
  if (!isTTY || !(columns > 0)) return text;
  return text
    .split('\n')
    .flatMap((line) => (line.length <= columns ? [line] : wrapText(line, columns)))
    .join('\n');
}

export function terminalOf({ json = false, quiet = false, color = true }: OutputOptions): Terminal {
  const silent = json || quiet;
  const fromEnvironment = Number(process.env['COLUMNS']);
  return {
    width: process.stdout.columns ?? (fromEnvironment > 0 ? fromEnvironment : 80),
    // Colours that are asked for come before NO_COLOR, as every flag comes before the environment.
    colors: pc.createColors(color && !json && (pc.isColorSupported || process.argv.includes('--color'))),
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => {
      if (!silent) process.stderr.write(`${fitted(text)}\n`);
    },
    interactive: !silent && process.stderr.isTTY === true,
  };
}

export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
