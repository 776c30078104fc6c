/**
 * Logits of the embedded network for the first sample picture: decode, resize, normalise and network together. Computed by
 * tfjs 4.22 in plain JavaScript, which shares no code with the engine nor with native TensorFlow.
 */
export const GOLDEN_LOGITS = [
  2.812213182449341, -5.226806163787842, -1.8624892234802246, 4.954545497894287, 1.997287392616272, 4.378149032592773,
  -2.682823896408081, 1.4161514043807983, -1.9342544078826904, -3.8920600414276123,
] as const;

/** Largest difference over the spread of the logits; float32 sums in another order stay a hundred times below. */
export const TOLERANCE = 1e-3;
