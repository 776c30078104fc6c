import { basename, join } from 'node:path';
import { coloured, type HeatMap, overlay, type Pixels, type Region, spread, viridis } from '@convzoo/interpret';
import {
  type ContactSheetOptions,
  contactSheet,
  createImage,
  encode,
  type Image,
  resize,
} from '@convzoo/preprocessing';
import { writeFilesAtomic } from '@convzoo/weights/node';

/** Pictures by what they show; those that were not made are absent. */
export interface Drawn {
  /** At the picture's size. */
  readonly overlay?: Image;
  readonly heat?: Image;
  readonly sheet: Image;
}

/** Pixels of the longer side of a picture on a sheet of three, and of a map or kernel on one of many. */
const LARGE = 512;
const SMALL = 72;

export const imageOf = ({ height, width, data }: Pixels): Image => createImage(height, width, data);

/** A heat map with values from 0 to 1 over the part of the picture that the network saw. */
export function drawHeat(picture: Image, map: HeatMap, region: Region, opacity: number): Required<Drawn> {
  const colours = viridis();
  const spreadMap = spread(map, picture, region);
  const [heat, over] = [imageOf(coloured(spreadMap, colours)), imageOf(overlay(picture, spreadMap, colours, opacity))];
  const side = Math.min(LARGE, Math.max(picture.height, picture.width, LARGE / 2));
  const sheet = sheetOf([picture, heat, over], { columns: 3 }, side);
  return { overlay: over, heat, sheet };
}

/** Many small pictures; all are of one size. */
export function drawGrid(pictures: readonly Image[], columns?: number): Image {
  return sheetOf(pictures, { ...(columns !== undefined && { columns }), gap: 2, background: [32, 32, 32] }, SMALL);
}

function sheetOf(pictures: readonly Image[], options: ContactSheetOptions, side: number): Image {
  const enlarged = pictures.map((picture) => enlarge(picture, side));
  const [first] = enlarged;
  const scale = first === undefined ? 1 : Math.min(1, side / Math.max(first.height, first.width));
  const cell =
    first === undefined || scale === 1
      ? {}
      : { cell: { height: Math.ceil(first.height * scale), width: Math.ceil(first.width * scale) } };
  return contactSheet(enlarged, { ...options, ...cell });
}

/** Small pictures in whole steps, so that their pixels stay squares. */
function enlarge(picture: Image, side: number): Image {
  const factor = Math.floor(side / Math.max(picture.height, picture.width));
  if (factor < 2) return picture;
  return resize(picture, { height: picture.height * factor, width: picture.width * factor, filter: 'nearest' });
}

/** What the files of each picture are called after: its own name, or its whole path where two have the same name. */
export function stemsOf(names: readonly string[]): readonly string[] {
  const bases = names.map((name) => basename(name));
  const isAlone = (base: string): boolean => bases.indexOf(base) === bases.lastIndexOf(base);
  return names.map((name, i) => {
    const base = bases[i] ?? name;
    return isAlone(base) ? base : name.replace(/^[./\\]+/, '').replace(/[/\\]+/g, '_');
  });
}

/** Where the pictures of an explanation went, by what they show. */
export type Files = Readonly<Record<string, string>>;

/** Writes `cat.jpg.grad-cam.layer4.overlay.png` and its like into the folder, all of them or none. */
export async function saveDrawn(folder: string, parts: readonly string[], drawn: Drawn): Promise<Files> {
  const stem = parts.map((part) => basename(part).replace(/[^\w.-]+/g, '_')).join('.');
  const encoded = new Map<string, Uint8Array>();
  const files: Record<string, string> = {};
  for (const kind of ['overlay', 'heat', 'sheet'] as const) {
    const image = drawn[kind];
    if (image === undefined) continue;
    const path = join(folder, `${stem}.${kind}.png`);
    encoded.set(path, await encode(image, { format: 'png' }));
    files[kind] = path;
  }
  await writeFilesAtomic(encoded);
  return files;
}
