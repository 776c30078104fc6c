/** A text as one word of a POSIX shell, and of fish. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Patterns of a `case`, joined: what the words typed so far are compared with. */
export const patterns = (texts: readonly string[]): string => texts.map(quoted).join('|');

/** The pairs of a command's path and a word behind it that leads on to a subcommand. */
export const stepsOf = (
  commands: readonly { path: string; commands: readonly { name: string }[] }[],
): readonly string[] => commands.flatMap(({ path, commands: subs }) => subs.map(({ name }) => `${path} ${name}`));
