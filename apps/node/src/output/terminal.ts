import pc from 'picocolors';

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

export function terminalOf({ json = false, quiet = false, color = true }: OutputOptions): Terminal {
  const silent = json || quiet;
  const fromEnvironment = Number(process.env['COLUMNS']);
  return {
    width: process.stdout.columns ?? (fromEnvironment > 0 ? fromEnvironment : 80),
    // Colours that are asked for come before NO_COLOR, as every flag comes before the environment.
    colors: pc.createColors(color && !json && (pc.isColorSupported || process.argv.includes('--color'))),
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => {
      if (!silent) process.stderr.write(`${text}\n`);
    },
    interactive: !silent && process.stderr.isTTY === true,
  };
}

export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
