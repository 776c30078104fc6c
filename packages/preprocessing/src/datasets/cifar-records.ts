import { DatasetError } from '../errors.js';
import { CIFAR10_CLASSES, CIFAR10_SIZE } from './cifar10.js';
import { printable } from './errors.js';
import type { RecordFormat } from './records.js';

const PLANE = CIFAR10_SIZE * CIFAR10_SIZE;
const SIZE = { height: CIFAR10_SIZE, width: CIFAR10_SIZE };

/** CIFAR-10's binary format: a label byte, then planes of 1024 red, green and blue bytes. */
export const cifar10Records: RecordFormat = cifarRecords(CIFAR10_CLASSES, 1, 0);

/**
 * CIFAR-100's: a byte for the coarse label (of 20), one for the fine one (of 100), then the planes. The names of the
 * classes stand in a file beside it (`fine_label_names.txt`); without them they are numbers.
 */
export function cifar100Records(labels: 'fine' | 'coarse' = 'fine', classes?: readonly string[]): RecordFormat {
  const count = labels === 'fine' ? 100 : 20;
  if (classes && classes.length !== count) {
    throw new DatasetError(`CIFAR-100 has ${count} ${labels} classes, got the names of ${classes.length}`);
  }
  return cifarRecords(classes ?? Array.from({ length: count }, (_, n) => String(n)), 2, labels === 'fine' ? 1 : 0);
}

function cifarRecords(classes: readonly string[], labelBytes: number, labelAt: number): RecordFormat {
  return {
    classes,
    record: labelBytes + 3 * PLANE,
    decode(record, index, name) {
      const label = record[labelAt] as number;
      if (label >= classes.length) {
        throw new DatasetError(`${printable(name)} has label ${label}, expected 0 to ${classes.length - 1}`);
      }
      const bytes = new Uint8Array(3 * PLANE);
      for (let pixel = 0, to = 0; pixel < PLANE; pixel++) {
        const red = labelBytes + pixel;
        bytes[to++] = record[red] as number;
        bytes[to++] = record[red + PLANE] as number;
        bytes[to++] = record[red + 2 * PLANE] as number;
      }
      return { name, index, label, bytes, size: SIZE };
    },
  };
}
