import type { Fit } from '@convzoo/weights';
import type { ZooVariant } from '@convzoo/zoo';
import type { Inspection } from './inspect.js';

/** What `--json` prints. */
export function inspectionToJson({ file, fileBytes, format, dialect, ...rest }: Inspection): object {
  const { tensors, values, bytes, dtypes, metadata, fits, hasStatistics } = rest;
  const nonFinite = tensors.reduce(
    (sum, { statistics }) => sum + (statistics?.nan ?? 0) + (statistics?.infinite ?? 0),
    0,
  );
  return {
    file,
    fileBytes,
    format,
    dialect: dialect ?? null,
    networks: fits.map(networkOf),
    totals: {
      tensors: tensors.length,
      values,
      bytes,
      dtypes: Object.fromEntries(dtypes),
      nonFinite: hasStatistics ? nonFinite : null,
    },
    metadata: Object.fromEntries(metadata),
    tensors: tensors.map(({ statistics, ...tensor }) =>
      statistics === undefined ? tensor : { ...tensor, statistics },
    ),
  };
}

function networkOf({ candidate, kind, classes, total, matched, report }: Fit<ZooVariant>): object {
  const { dialect, missing, misshaped, unexpected, ignored, leftOut, notes } = report;
  return {
    model: candidate.spec,
    fit: kind,
    ...(classes !== undefined && { classes }),
    names: dialect,
    parameters: total,
    matched,
    missing,
    misshaped,
    unexpected,
    ignored,
    leftOut,
    notes,
  };
}
