// One process that pulls one file, for the tests of several at once. Says on stdout what came of it, as JSON.
import { resolveFile } from '@convzoo/hub/node';

const [url, cache, digest] = process.argv.slice(2);
const catalogue = { find: () => ({ location: url, checksum: { algorithm: 'sha256', digest } }) };
const limits = { idleTimeout: 5000, firstPause: 5 };
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
let said = false;
const onProgress = ({ received }) => {
  if (said || received < 50_000) return;
  said = true;
  say({ received });
};
try {
  const { from, path } = await resolveFile('x', { cache, catalogue, limits, onProgress });
  say({ from, path });
} catch (error) {
  say({ code: error.code, message: error.message });
}
