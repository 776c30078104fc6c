/** What a file of records may hold. A network of the zoo with every module tapped and all keys stays below 1 MB a record. */
export const RECORD_LIMITS = {
  /** All records of ../shared/goldens are 0.6 MB. */
  fileBytes: 256 * 2 ** 20,
  lineBytes: 32 * 2 ** 20,
  records: 10_000,
  /** Outputs of a classifier; ImageNet-22k has 21,841. */
  logits: 100_000,
  taps: 20_000,
  /** Values that a tap is sampled at. */
  samples: 4096,
  keys: 100_000,
  arguments: 100,
  /** Characters of a name. */
  name: 1000,
  /** Elements of an input: two colour pictures of 2048 x 2048. */
  inputSize: 2 * 3 * 2048 ** 2,
  /** Elements of a tap. */
  tapSize: 2 ** 31,
} as const;
