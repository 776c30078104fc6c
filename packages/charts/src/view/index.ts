import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';

// Charts in a page. Expressions are interpreted, so a policy that forbids code made of text allows them; data is inline, and
// a loader that refuses keeps a specification from elsewhere away from the network.

const refuse = (uri: string): Promise<never> =>
  Promise.reject(new TypeError(`A chart may not load ${uri}: its data must be inline.`));
const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

/** A chart that a page shows. */
export interface ShownChart {
  /** What the pointer is over, by the row of the data that made it; undefined where it is over nothing. */
  onHover(listen: (row: unknown) => void): void;
  /** Pixels from the chart's upper left corner to where values lie; the specification has one plot. */
  placeOf(x: number, y: number): { readonly x: number; readonly y: number };
  /** Replaces the rows of a named data set and draws. */
  setData(name: string, rows: readonly object[]): Promise<void>;
  dispose(): void;
}

function viewOf(spec: TopLevelSpec, host?: HTMLElement): View {
  const runtime = parse(compile(spec).spec, undefined, { ast: true });
  // Bigger than its place a chart is never shown; its own tooltip is the browser's, which keyboards do not reach.
  const target = host === undefined ? { renderer: 'none' as const } : { renderer: 'svg' as const, container: host };
  return new View(runtime, { ...target, expr: expressionInterpreter, loader, hover: false, tooltip: () => undefined });
}

/** Draws a chart into an element, in place of what is there, once all of it can be seen. */
export async function showChart(host: HTMLElement, spec: TopLevelSpec): Promise<ShownChart> {
  const place = document.createElement('div');
  const view = viewOf(spec, place);
  await view.runAsync();
  host.replaceChildren(place);
  return {
    onHover(listen) {
      view.addEventListener('pointermove', (_, item) => listen(rowOf(item)));
      view.addEventListener('pointerout', () => listen(undefined));
    },
    placeOf(x, y) {
      const [left = 0, top = 0] = view.origin();
      const padding = view.padding();
      const [before, above] = typeof padding === 'number' ? [padding, padding] : [padding.left ?? 0, padding.top ?? 0];
      return { x: left + before + view.scale('x')(x), y: top + above + view.scale('y')(y) };
    },
    async setData(name, rows) {
      view.data(name, [...rows]);
      await view.runAsync();
    },
    dispose: () => view.finalize(),
  };
}

const rowOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'datum' in item ? item.datum : undefined;

/** A chart as a self-contained SVG document; text is measured as this page draws it. */
export async function chartSvg(spec: TopLevelSpec): Promise<string> {
  const view = viewOf(spec);
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * A chart as a PNG.
 *
 * @param scale pixels of the picture for one of the chart
 * @throws TypeError where the browser can make no picture of that size
 */
export async function chartPng(spec: TopLevelSpec, scale: number): Promise<Blob> {
  const view = viewOf(spec);
  try {
    const canvas = await view.toCanvas(scale);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null)
          reject(new TypeError(`No picture of ${canvas.width} x ${canvas.height} pixels can be made.`));
        else resolve(blob);
      }, 'image/png');
    });
  } finally {
    view.finalize();
  }
}
