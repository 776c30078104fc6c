/** Codes of JPEG markers (ITU-T T.81, table B.1), without the FF before them. */
export const MARKER = {
  DHT: 0xc4,
  RST0: 0xd0,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP14: 0xee,
  TEM: 0x01,
} as const;

/** RST0 to RST7. */
export function isRestart(marker: number): boolean {
  return marker >= MARKER.RST0 && marker <= 0xd7;
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== MARKER.DHT && marker !== 0xc8 && marker !== 0xcc;
}

/** The position after the next marker code from `at`, or -1 at the end. Entropy-coded data is passed over. */
export function nextMarker(bytes: Uint8Array, at: number): number {
  let position = at;
  while (true) {
    position = bytes.indexOf(0xff, position);
    if (position < 0) return -1;
    while (bytes[position] === 0xff) position++;
    if (position >= bytes.length) return -1;
    // FF 00 is a data byte of FF.
    if (bytes[position++] !== 0) return position;
  }
}
