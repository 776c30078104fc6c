/** Type and shape of a dataset: HDF5's class of the type, bytes of a value, extents. */
export interface DatasetInfo {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  /** Null where it holds nothing. */
  readonly shape: number[] | null;
}

/** What is needed of an HDF5 file: two readers do it, and several files can be read as one. */
export interface Hdf5Reader {
  /** Names of a group's or dataset's attributes. */
  attributeNames(path: string): readonly string[];
  /** The strings of an attribute, one or many; undefined if there is none of that name or it holds none. */
  strings(path: string, name: string): readonly string[] | undefined;
  /** Names in a group, in HDF5's order (alphabetical unless asked otherwise); none if there is no such group. */
  keys(path: string): readonly string[];
  hasGroup(path: string): boolean;
  /** Element type and shape of a dataset; undefined if there is none at that path. */
  dataset(path: string): DatasetInfo | undefined;
  /** Bytes of a dataset's values, little-endian and row major, decompressed. */
  bytes(path: string, length: number): Uint8Array<ArrayBuffer>;
  /** Never throws: a file that could not be read need not close either. */
  close(): void;
}
