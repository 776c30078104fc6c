import { ImageError } from '../../errors.js';
import { BitWriter } from './bits.js';
import { type HuffmanTable, readHuffmanTables } from './huffman.js';
import { isFrame, isRestart, MARKER, nextMarker } from './markers.js';
import { copyScan, type InterleavedScan, type ScanComponent } from './scan.js';

interface Component {
  readonly id: number;
  /** Sampling factors, 1 to 4. */
  readonly h: number;
  readonly v: number;
  readonly kept: boolean;
}

/** What the frame header says; `columns` and `rows` count minimal coded units. */
interface Frame {
  readonly progressive: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly components: readonly Component[];
}

/**
 * The JPEG with only the components at these positions of its frame header, each block of them bit for bit as it was:
 * Huffman codes and DC differences belong to one component, so blocks can be left out without decoding the others. All
 * metadata is dropped, and Adobe's marker with `adobeTransform` says what the colours are. `height` is the new picture's
 * where the components that stay have fewer rows; without it they must be as finely sampled as those that go.
 *
 * `bytes` must have passed `readJpegHeader`. Throws `corrupt-image`, `truncated-image` or `unsupported-format`.
 */
export function keepComponents(
  bytes: Uint8Array,
  keep: readonly number[],
  adobeTransform: number,
  height?: number,
): Uint8Array {
  const out = new BitWriter(bytes.length);
  out.raw([0xff, MARKER.SOI, ...adobeMarker(adobeTransform)]);
  const tables = new Map<number, () => HuffmanTable>();
  let frame: Frame | undefined;
  let restartInterval = 0;
  for (let at = 2; ; ) {
    at = nextMarker(bytes, at);
    const marker = bytes[at - 1] as number;
    if (at < 0 || marker === MARKER.EOI) break;
    if (marker === MARKER.TEM || marker === MARKER.SOI || isRestart(marker)) continue;
    const length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const whole = bytes.subarray(at - 2, at + length);
    const segment = whole.subarray(4);
    at += length;
    if (isFrame(marker)) {
      frame = readFrame(segment, marker === 0xc2, keep);
      if (height === undefined) checkSampling(frame);
      out.raw(frameHeader(marker, segment, keep, height));
    } else if (marker === MARKER.SOS) {
      if (!frame) throw corrupt('its data comes before its frame header');
      const scan = readScan(segment, frame);
      const kept = scan.filter((component) => component.kept);
      if (kept.length > 0) out.raw(scanHeader(segment, scan));
      if (kept.length === scan.length) out.raw(bytes.subarray(at, endOfScan(bytes, at)));
      else if (kept.length > 0) copyScan(bytes, at, out, interleaved(segment, scan, frame, tables, restartInterval));
    } else if (marker === MARKER.DHT || marker === MARKER.DQT || marker === MARKER.DRI) {
      if (marker === MARKER.DHT) for (const [id, table] of readHuffmanTables(segment)) tables.set(id, table);
      if (marker === MARKER.DRI) restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
      out.raw(whole);
    }
  }
  out.raw([0xff, MARKER.EOI]);
  return out.result();
}

/** APP14 "Adobe", version 100, no flags, the transform. */
function adobeMarker(transform: number): number[] {
  return [0xff, MARKER.APP14, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform];
}

function readFrame(segment: Uint8Array, progressive: boolean, keep: readonly number[]): Frame {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const count = view.getUint8(5);
  if (segment.length < 6 + 3 * count) throw corrupt(`its frame header has ${segment.length} bytes`);
  const components = Array.from({ length: count }, (_, i): Component => {
    const sampling = view.getUint8(7 + 3 * i);
    return { id: view.getUint8(6 + 3 * i), h: sampling >> 4, v: sampling & 15, kept: keep.includes(i) };
  });
  if (components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw corrupt('a sampling factor is impossible');
  const [h, v] = finest(components);
  return {
    progressive,
    columns: Math.ceil(view.getUint16(3) / (8 * h)),
    rows: Math.ceil(view.getUint16(1) / (8 * v)),
    components,
  };
}

function finest(components: readonly Component[]): readonly [h: number, v: number] {
  return [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
}

/** Without its finest component the others would be taken for larger than they are. */
function checkSampling({ components }: Frame): void {
  const [h, v] = finest(components);
  const [keptH, keptV] = finest(components.filter(({ kept }) => kept));
  if (keptH !== h || keptV !== v) throw unsupported('one colour sampled more finely than all others');
}

/** Only the kept components of a frame header. */
function frameHeader(marker: number, segment: Uint8Array, keep: readonly number[], height?: number): number[] {
  const specifications = keep.flatMap((i) => [...segment.subarray(6 + 3 * i, 9 + 3 * i)]);
  const rows = height === undefined ? [...segment.subarray(1, 3)] : [height >> 8, height & 255];
  const [precision = 8, , , ...columns] = segment.subarray(0, 5);
  return [0xff, marker, 0, 8 + specifications.length, precision, ...rows, ...columns, keep.length, ...specifications];
}

/** The components of a scan, in its order. */
function readScan(segment: Uint8Array, { components }: Frame): readonly (Component & { readonly tables: number })[] {
  const count = segment[0] ?? 0;
  if (count < 1 || count > 4 || segment.length < 4 + 2 * count) throw corrupt('a scan header is impossible');
  return Array.from({ length: count }, (_, i) => {
    const id = segment[1 + 2 * i] as number;
    const component = components.find((candidate) => candidate.id === id);
    if (!component) throw corrupt(`a scan of component ${id}, which the frame has not`);
    return { ...component, tables: segment[2 + 2 * i] as number };
  });
}

type Scan = ReturnType<typeof readScan>;

function scanHeader(segment: Uint8Array, scan: Scan): number[] {
  const kept = scan.filter((component) => component.kept).flatMap(({ id, tables }) => [id, tables]);
  const parameters = segment.subarray(1 + 2 * scan.length, 4 + 2 * scan.length);
  return [0xff, MARKER.SOS, 0, 6 + kept.length, kept.length / 2, ...kept, ...parameters];
}

/** What `copyScan` has to know of a scan of which some components are kept. */
function interleaved(
  segment: Uint8Array,
  scan: Scan,
  { progressive, columns, rows }: Frame,
  tables: ReadonlyMap<number, () => HuffmanTable>,
  restartInterval: number,
): InterleavedScan {
  const [only, ...others] = scan.filter((component) => component.kept);
  // Left alone in its scan, a component's blocks would have to come row by row and not unit by unit.
  if (only && others.length === 0 && only.h * only.v > 1) throw unsupported('scans of some colours only');
  const [firstCoefficient = 0, , approximation = 0] = segment.subarray(1 + 2 * scan.length);
  if (progressive && firstCoefficient !== 0) throw corrupt('an AC scan of several components');
  const kind = !progressive ? 'sequential' : approximation >> 4 === 0 ? 'dc-first' : 'dc-refine';
  const table = (id: number): HuffmanTable => {
    const build = tables.get(id);
    if (!build) throw corrupt('a scan uses a Huffman table that is not there');
    return build();
  };
  const components = scan.map(
    ({ h, v, kept: isKept, tables: ids }): ScanComponent => ({
      blocks: h * v,
      kept: isKept,
      dc: kind === 'dc-refine' ? undefined : table(ids >> 4),
      ac: kind === 'sequential' ? table(16 + (ids & 15)) : undefined,
    }),
  );
  return { kind, units: columns * rows, restartInterval, components };
}

/** Where the entropy-coded data from `at` ends: at the first marker that is no restart. */
function endOfScan(bytes: Uint8Array, at: number): number {
  let position = at;
  do {
    position = nextMarker(bytes, position);
  } while (position >= 0 && isRestart(bytes[position - 1] as number));
  // Stop before the marker; fill bytes in front of it do no harm.
  return position < 0 ? bytes.length : position - 2;
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `JPEG: ${reason}`);
}

function unsupported(what: string): ImageError {
  return new ImageError(
    'unsupported-format',
    `JPEG with ${what} is not supported here; convert it to an ordinary RGB JPEG`,
  );
}
