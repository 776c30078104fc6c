import { currentSettings } from '../settings/load.js';
import type { Check } from './check.js';

/** What the environment and the configuration files set, and where. */
export function settingsCheck(): Check {
  const { values, files, problems, warnings } = currentSettings();
  const facts = { project: files.project?.path ?? null, user: files.user.path, set: Object.fromEntries(values) };
  const base = { name: 'Settings', facts };
  if (problems.length > 0) {
    const remedy =
      'Mend them: every other command refuses to run until then. "convzoo config --help" says what there is.';
    return { ...base, status: 'problem', found: problems.join(' ').replace(/\.$/, ''), remedy };
  }
  const set = [...values].map(([key, { value, where }]) => `${key} ${String(value)} (${where})`);
  const found = set.length === 0 ? 'none, everything is as usual' : set.join(', ');
  if (warnings.length === 0) return { ...base, status: 'ok', found };
  const remedy = 'Rename or unset it: it has no effect.';
  return { ...base, status: 'note', found: `${found}; ${warnings.join(' ').replace(/\.$/, '')}`, remedy };
}
