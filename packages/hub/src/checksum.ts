import { HubError } from './errors.js';

/** Algorithms that publishers of weights use: SHA-256 (torchvision, the hub, some of Keras) and MD5 (most of Keras). */
export type HashAlgorithm = 'sha256' | 'md5';

/** What the bytes must hash to: a whole digest, or its beginning as torchvision has it in its file names. */
export interface Checksum {
  readonly algorithm: HashAlgorithm;
  /** Lower-case hexadecimal digits, from the first on. */
  readonly digest: string;
}

const DIGITS: Readonly<Record<HashAlgorithm, number>> = { sha256: 64, md5: 32 };
/** Fewer digits than torchvision's eight would tell too little. */
const LEAST_DIGITS = 8;

/** Whether a digest is the one of the checksum, as far as that goes. */
export const agrees = ({ digest }: Checksum, actual: string): boolean => actual.startsWith(digest);

const isWhole = ({ algorithm, digest }: Checksum): boolean => digest.length === DIGITS[algorithm];

export const describeChecksum = (checksum: Checksum): string =>
  `${checksum.algorithm === 'md5' ? 'MD5' : 'SHA-256'} ${isWhole(checksum) ? '' : 'beginning with '}${checksum.digest}`;

/**
 * The checksum, with its digest in lower case.
 *
 * @throws HubError `bad-location` for a digest that is none of its algorithm
 */
export function checkChecksum({ algorithm, digest }: Checksum): Checksum {
  const lower = digest.toLowerCase();
  if (!/^[0-9a-f]+$/.test(lower) || lower.length < LEAST_DIGITS || lower.length > DIGITS[algorithm]) {
    throw new HubError(
      'bad-location',
      `"${digest}" is no ${algorithm}: it needs ${LEAST_DIGITS} to ${DIGITS[algorithm]} hexadecimal digits.`,
    );
  }
  return { algorithm, digest: lower };
}

/** A hash that is fed piece by piece; node:crypto's and noble's have this form. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  hex(): string;
}

export type MakeHasher = (algorithm: HashAlgorithm) => Hasher;
