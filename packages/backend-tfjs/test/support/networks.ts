import { Builder, type Graph, opNames, type Value } from '@convzoo/layers';
import { blend } from './custom-ops.js';

/** Blocks of later networks over a map of eight channels, with every activation. */
function later(nn: Builder, x: Value): Value {
  const half = nn.sliceChannels(x, { start: 4, size: 4 });
  const branch = nn.activation(nn.batchNorm(nn.conv2d(half, { name: 'branch', out: 4, kernel: 3 })), 'hardSwish');
  const shuffled = nn.channelShuffle(nn.concat([half, branch]), { groups: 2 });
  const squeezed = nn.activation(nn.dense(nn.globalAvgPool(shuffled), { name: 'fc1', units: 4 }), 'swish');
  const opening = nn.activation(nn.dense(squeezed, { name: 'fc2', units: 8 }), 'hardSigmoid');
  const excited = nn.leakyRelu(nn.multiply(shuffled, opening), { slope: 0.1 });
  const hidden = nn.dense(nn.layerNorm(excited, { name: 'norm' }), { name: 'pw1', units: 6, pointwise: true });
  const out = nn.dense(nn.activation(hidden, 'gelu'), { name: 'pw2', units: 8, pointwise: true });
  const gated = nn.multiply(
    nn.activation(out, 'tanh'),
    nn.activation(nn.conv2d(excited, { out: 8, kernel: 1 }), 'sigmoid'),
  );
  return nn.add(nn.layerScale(gated, { parameter: 'gamma' }), nn.rescale(excited, { scale: [0.5], offset: [0.25] }));
}

/** A small network with a node of every op kind, a residual connection and every chance for the passes. */
export function everyOp(): Graph {
  const nn = new Builder('every-op');
  let x = nn.input([9, 9, 3]);
  x = nn.activation(nn.batchNorm(nn.conv2d(x, { name: 'stem', out: 8, kernel: 3 }), { name: 'bn' }), 'relu');
  x = nn.maxPool(x, { size: 3, stride: 2, padding: 1 });
  x = nn.module('block', () => {
    let y = nn.depthwiseConv2d(x, { name: 'dw', kernel: 3, bias: true });
    y = nn.activation(nn.batchNorm(y, { name: 'bn1' }), 'relu6');
    y = nn.conv2d(y, { name: 'grouped', out: 8, kernel: 3, groups: 2, bias: true });
    return nn.activation(nn.add(nn.batchNorm(y, { name: 'bn2' }), x), 'relu');
  });
  x = nn.module('later', () => later(nn, x));
  const weight = { path: 'weight', role: 'scale', shape: [8] } as const;
  x = nn.custom(blend, [x, nn.activation(x, 'relu6')], { values: { rate: 0.5 }, params: [weight] });
  x = nn.zeroPad(x, { spatial: [1, 0, 0, 1], channels: [1, 1] });
  x = nn.avgPool(x, { size: 2, stride: 2 });
  x = nn.adaptiveAvgPool(nn.batchNorm(x, { name: 'alone' }), { size: 2 });
  const features = nn.dropout(nn.flatten(x), { rate: 0.5 });
  const pooled = nn.globalAvgPool(x);
  const hidden = nn.batchNorm(nn.dense(features, { name: 'hidden', units: 10 }), { name: 'bn3' });
  const graph = nn.graph(nn.dense(nn.add(nn.activation(hidden, 'relu'), pooled), { name: 'fc', units: 5 }));
  const missing = opNames.filter((op) => !graph.nodes.some((node) => node.op === op));
  if (missing.length > 0) throw new Error(`this network is to have every op, but lacks ${missing.join(', ')}`);
  return graph;
}
