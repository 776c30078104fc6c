import { crc32 } from 'node:zlib';
import type { NamedTensor } from '@convzoo/weights';

// A state dict as torch.save writes it: a zip archive of a pickle and the numbers. Only what a test needs.

const text = (value: string): Buffer => Buffer.from(value, 'utf8');
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => uint32(value).subarray(0, 2);

const unicode = (value: string): Buffer => Buffer.concat([text('X'), uint32(Buffer.byteLength(value)), text(value)]);
const integer = (value: number): Buffer => Buffer.concat([text('J'), uint32(value)]);
const global = (module: string, name: string): Buffer => text(`c${module}\n${name}\n`);
const tuple = (...items: Buffer[]): Buffer => Buffer.concat([text('('), ...items, text('t')]);

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

function tensorPickle(index: number, shape: readonly number[], size: number): Buffer {
  const storage = tuple(
    unicode('storage'),
    global('torch', 'FloatStorage'),
    unicode(String(index)),
    unicode('cpu'),
    integer(size),
  );
  const hooks = Buffer.concat([global('collections', 'OrderedDict'), text(')R')]);
  return Buffer.concat([
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      Buffer.concat([storage, text('Q')]),
      integer(0),
      tuple(...shape.map(integer)),
      tuple(...stridesOf(shape).map(integer)),
      Buffer.from([0x89]),
      hooks,
    ),
    text('R'),
  ]);
}

export function stateDict(tensors: readonly NamedTensor[]): Buffer {
  const items = tensors.flatMap(({ name, tensor }, i) => [
    unicode(name),
    tensorPickle(i, tensor.shape, tensor.data.length),
  ]);
  const pickle = Buffer.concat([Buffer.from([0x80, 2]), text('}('), ...items, text('u.')]);
  const files: [string, Buffer][] = [
    ['archive/data.pkl', pickle],
    ...tensors.map(({ tensor: { data } }, i): [string, Buffer] => [
      `archive/data/${i}`,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]),
    ['archive/version', text('3\n')],
  ];
  return zip(files);
}

function zip(files: readonly [name: string, bytes: Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    // Version, flags, stored, time, date, checksum, sizes, length of the name, nothing extra.
    const common = Buffer.concat([
      ...[20, 0, 0, 0, 0].map(uint16),
      ...[crc32(bytes), bytes.length, bytes.length].map(uint32),
      ...[Buffer.byteLength(name), 0].map(uint16),
    ]);
    const local = Buffer.concat([uint32(0x04034b50), common, text(name), bytes]);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(20),
        common,
        ...[0, 0, 0].map(uint16),
        uint32(0),
        uint32(offset),
        text(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = [
    uint32(0x06054b50),
    ...[0, 0, files.length, files.length].map(uint16),
    uint32(list.length),
    uint32(offset),
    uint16(0),
  ];
  return Buffer.concat([...parts, list, ...end]);
}
