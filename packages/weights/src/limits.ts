/**
 * How much larger than its file a tensor may be. Weights hardly compress, but HDF5 can state a tensor of terabytes in a
 * kilobyte, a stride of 0 repeats a number as often as a pickle says, and deflate shrinks zeros to a thousandth.
 */
export const MAX_EXPANSION = 32;
