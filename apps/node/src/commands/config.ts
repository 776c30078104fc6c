import { PROJECT_FILE, settingKeys, settings } from '../settings/settings.js';
import { command } from './options.js';

export function configCommand() {
  return command('config')
    .description('Show the settings that hold here, and where each is from')
    .option('--schema', 'write a JSON Schema of the file, for editors')
    .addHelpText(
      'after',
      `
What counts, the strongest first:
  1. flags of the command line (--no-json, --no-quiet, --no-pull, --color undo)
  2. the environment: CONVZOO_BACKEND, CONVZOO_THREADS ...; NO_COLOR
  3. the project's file, ${PROJECT_FILE}: in this folder or the nearest
     above it, up to the one with .git
  4. the user's file: CONVZOO_CONFIG, or convzoo/config.json in XDG_CONFIG_HOME
     or ~/.config
  5. defaults
Both files are JSON, such as { "backend": "engine", "threads": 2 }; a path in
one is meant from where it lies. Weights, preset and labels go with a model: a
network that is named more strongly leaves them out.

Settings:
${settingKeys.map((key) => `  ${key.padEnd(9)}${settings[key].about}`).join('\n')}

Exit code 2 where a setting is wrong.

Examples:
  $ convzoo config
  $ convzoo config --json
  $ CONVZOO_THREADS=1 convzoo config
  $ convzoo config --schema > convzoo.schema.json`,
    )
    .action(async (options) => {
      const { showSettings } = await import('../actions/config.js');
      process.exitCode = await showSettings(options);
    });
}
