import { freemem } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, contenders } from './contenders.js';
import type { Pace } from './live-cell.js';
import { NETWORKS } from './network.js';

export interface Settings {
  readonly models: readonly string[];
  readonly batches: readonly number[];
  readonly contenders: readonly Contender[];
  readonly pace: Pace;
  /** Of batch 1, where a burst has many runs; larger batches have half of them. */
  readonly rounds: number;
  /** Processes that the engine loads a network in, of which the fastest counts. */
  readonly loads: number;
  readonly python: string | undefined;
  readonly file: URL;
  /** Whether it is the file that the page shows. */
  readonly isCommitted: boolean;
  /** Forget what the file has. */
  readonly fresh: boolean;
  /** Leave out what the file has. */
  readonly resume: boolean;
  /** Measure the command line as well. */
  readonly commands: boolean;
  /** Only write the page anew. */
  readonly pageOnly: boolean;
  /** After so many nothing more is begun. */
  readonly minutes: number;
  /** Bytes that all cells of a wave may take together. */
  readonly memory: number;
}

const HELP = `npm run bench:engine [-- OPTIONS]: the engine beside everything else that computes networks.

  --models A,B      of ${NETWORKS.join(', ')}
  --batches 1,8
  --cells REGEXP    contenders by id, e.g. 'chromium:1' or '^(engine|litert):'; --list shows them
  --rounds N        turns of each at batch 1, 3 by default; half as many at others
  --loads N         processes that load a network on the engine, of which the fastest counts, 3 by default
  --burst MS        length of a turn, 500 by default; at least one run
  --repeats N       how often a disturbed burst is repeated, 3 by default
  --patience S      seconds to wait for a quiet machine, 20 by default; 0 on a busy one
  --minutes N       begin with no further network after so long; no limit by default
  --memory GIB      what the cells that are loaded at once may take; three quarters of what is free by default
  --python PATH     a Python with torch; CONVZOO_TORCH_PYTHON by default, none without it
  --results FILE    bench/results/engine.json by default
  --fresh           forget the results that are there; else new rows take the place of old ones
  --resume          leave out what the results have
  --no-commands     do not measure \`convzoo classify\`
  --page            only write the page from the results
`;

/** What the command line asks for; undefined where it is answered already. */
export function readSettings(args: readonly string[]): Settings | undefined {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      models: { type: 'string', default: NETWORKS.join(',') },
      batches: { type: 'string', default: '1,8' },
      cells: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      loads: { type: 'string', default: '3' },
      burst: { type: 'string', default: '500' },
      repeats: { type: 'string', default: '3' },
      patience: { type: 'string', default: '20' },
      minutes: { type: 'string', default: 'Infinity' },
      memory: { type: 'string' },
      python: { type: 'string' },
      results: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      commands: { type: 'boolean', default: true },
      page: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = new RegExp(values.cells);
  const chosen = contenders.filter(({ id }) => wanted.test(id));
  if (values.help || values.list) {
    process.stdout.write(values.help ? HELP : `${chosen.map(({ id }) => id).join('\n')}\n`);
    return undefined;
  }
  const file = values.results;
  return {
    models: values.models.split(','),
    batches: values.batches.split(',').map(Number),
    contenders: chosen,
    pace: { burst: Number(values.burst), repeats: Number(values.repeats), patience: Number(values.patience) },
    rounds: Number(values.rounds),
    loads: Number(values.loads),
    python: values.python ?? process.env['CONVZOO_TORCH_PYTHON'],
    file: file === undefined ? new URL('../../results/engine.json', import.meta.url) : pathToFileURL(file),
    isCommitted: file === undefined,
    fresh: values.fresh,
    resume: values.resume,
    // Whoever asks for some cells does not mean it.
    commands: values.commands && values.cells === '',
    pageOnly: values.page,
    minutes: Number(values.minutes),
    memory: values.memory === undefined ? 0.75 * freemem() : Number(values.memory) * 2 ** 30,
  };
}
