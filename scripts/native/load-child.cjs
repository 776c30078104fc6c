// Run in a child process (a broken addon can end it with a signal): loads tfjs-node from the folder that is
// argv[2], convolves, and prints one JSON line. Exit code 1 and a message when it cannot.
const util = require('node:util');

// tfjs-node 4.22 calls both; Node 23 removed the first and has deprecated the second.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

try {
  const tf = require(process.argv[2] ?? '');
  // The sum of a 3x3 window of ones over the picture 0..15 of 4x4; the window at (0, 0) covers 0+1+2+4+5+6+8+9+10.
  const picture = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
  const sums = [...tf.conv2d(picture, tf.ones([3, 3, 1, 1]), 1, 'valid').dataSync()];
  if (sums.join() !== '45,54,81,90') throw new Error(`the addon loads but convolves wrongly: ${sums}`);
  console.log(JSON.stringify({ backend: tf.getBackend(), tensorflow: tf.backend().binding.TF_Version }));
} catch (error) {
  console.error(String(error instanceof Error ? error.message : error).split('\n')[0]);
  process.exit(1);
}
