/** From a tenth of its size to four times it. */
const [LEAST, MOST] = [0.1, 4];
export const STEP = 1.25;

export const clampZoom = (zoom: number): number => Math.min(Math.max(zoom, LEAST), MOST);

interface Extents {
  readonly width: number;
  readonly height: number;
}

/** Text at its own size or a little larger, narrower where the window is; below half of it nobody reads. */
export const readableZoom = (picture: Extents, window: Extents): number =>
  Math.min(Math.max(window.width / picture.width, 0.5), 1.25);

/** The whole picture in the window. */
export const wholeZoom = (picture: Extents, window: Extents): number =>
  clampZoom(Math.min(window.width / picture.width, window.height / picture.height, 1.25));

/** Distance of two fingers. */
export function spanOf(touches: TouchList): number {
  const [a, b] = [touches[0], touches[1]];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}

/** Their middle. */
export function middleOf(touches: TouchList): { readonly x: number; readonly y: number } {
  const [a, b] = [touches[0], touches[1]];
  return {
    x: ((a?.clientX ?? 0) + (b?.clientX ?? 0)) / 2,
    y: ((a?.clientY ?? 0) + (b?.clientY ?? 0)) / 2,
  };
}
