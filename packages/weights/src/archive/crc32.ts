/** Four tables, so that four bytes are taken at a time (Kounavis and Berry, "slicing-by-4"). */
const TABLES = makeTables();

function makeTables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const [a, b, c, d] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    a[i] = crc;
  }
  for (let i = 0; i < 256; i++) {
    b[i] = next(a, a[i] as number);
    c[i] = next(a, b[i] as number);
    d[i] = next(a, c[i] as number);
  }
  return [a, b, c, d];
}

function next(table: Uint32Array, crc: number): number {
  return (crc >>> 8) ^ (table[crc & 0xff] as number);
}

/** The CRC-32 of zip, gzip and PNG. `previous` continues one. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const [a, b, c, d] = TABLES;
  let crc = ~previous;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    crc =
      (d[crc & 0xff] as number) ^
      (c[(crc >>> 8) & 0xff] as number) ^
      (b[(crc >>> 16) & 0xff] as number) ^
      (a[crc >>> 24] as number);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ (a[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
