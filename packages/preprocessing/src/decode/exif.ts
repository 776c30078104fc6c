/** How the stored rows and columns lie in the picture: EXIF 2.32, tag 274 (0x0112). 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;

/**
 * The orientation in a TIFF structure (what follows `Exif\0\0` in a JPEG, and the whole of a PNG's eXIf chunk).
 * Metadata never spoils a picture: whatever is missing, out of bounds or out of range reads as 1, as in Pillow.
 * Only the entries of the first directory are looked at, at most 65535 and at most what the bytes hold.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    return toOrientation(readInteger(view, entry, little));
  }
  return 1;
}

function readInteger(view: DataView, entry: number, little: boolean): number {
  switch (view.getUint16(entry + 2, little)) {
    case 1: // BYTE
      return view.getUint8(entry + 8);
    case 3: // SHORT, the type that the standard asks for
      return view.getUint16(entry + 8, little);
    case 4: // LONG
      return view.getUint32(entry + 8, little);
    default:
      return 1;
  }
}

function toOrientation(value: number): Orientation {
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}
