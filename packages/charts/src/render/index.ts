import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/**
 * A chart as a self-contained SVG document. Needs no canvas and no browser: text is measured by an estimate, so long labels
 * may stand a few pixels off from where a page puts them.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  // Data is inline; a loader that refuses keeps a specification from elsewhere away from disk and network.
  const refuse = (uri: string): Promise<never> =>
    Promise.reject(new TypeError(`A chart may not load ${uri}: its data must be inline.`));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  const view = new View(parse(compile(spec).spec), { renderer: 'none', loader });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
