const applied: string[] = [];

/** Notes that a setting from outside the command line was taken; how a command writes is no cause of an error. */
export const noteApplied = (setting: string): void => void applied.push(setting);

/** What this command has from outside the command line, for its errors. */
export const appliedSettings = (): readonly string[] => applied;
