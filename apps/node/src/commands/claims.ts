import { claimNames } from '../choices.js';
import { command } from './options.js';

export function claimsCommand() {
  return command('claims')
    .description('Do again the arithmetic that the papers argue with')
    .argument('[name]', `one claim: ${claimNames.join(', ')}`)
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo claims
  $ convzoo claims separable
  $ convzoo claims --json`,
    )
    .action(async (name, options) => {
      const { showClaims } = await import('../actions/claims.js');
      await showClaims(name, options);
    });
}
