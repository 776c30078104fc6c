// One process that pulls one file, for the tests of several at once. Says on stdout what came of it, as JSON.
import { resolveFile } from '@convzoo/hub/node';

const [url = '', cache = '', digest = ''] = process.argv.slice(2);
/** @type {import('@convzoo/hub').Catalogue} */
const catalogue = { find: () => ({ location: url, checksum: { algorithm: 'sha256', digest } }) };
const limits = { idleTimeout: 5000, firstPause: 5 };
/** @param {unknown} value */
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
let said = false;
/** @param {{ received: number }} progress */
const onProgress = ({ received }) => {
  if (said || received < 50_000) return;
  said = true;
  say({ received });
};
try {
  const { from, path } = await resolveFile('x', { cache, catalogue, limits, onProgress });
  say({ from, path });
} catch (cause) {
  const error = /** @type {Error & { code?: string }} */ (cause);
  say({ code: error.code, message: error.message });
}
