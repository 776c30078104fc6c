// Limits that several formats share. Those of one format stand where it is read.

/** Most tensors of a file. Networks of a hundred layers have about a thousand; the largest shards of language models 10,000. */
export const MAX_TENSORS = 100_000;

/** Most axes of a tensor. NumPy stops at 64, torch at 64. */
export const MAX_RANK = 64;

/**
 * How much larger than its file a tensor may be. Weights hardly compress, but HDF5 can state a tensor of terabytes in a
 * kilobyte, a stride of 0 repeats a number as often as a pickle says, and deflate shrinks zeros to a thousandth.
 */
export const MAX_EXPANSION = 32;
