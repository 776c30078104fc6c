import type { Node } from '@convzoo/layers';
import { type Emit, first } from './context.js';
import type { EngineMemory } from './memory.js';
import type { Step } from './step.js';

/** Channels of one after another. */
export function concat(path: string): Emit {
  return ({ inputs, output }) => {
    let address = output.address;
    return inputs.flatMap((x) => {
      const to = address;
      address += 4 * x.channels;
      // Its kernel wrote it here.
      if (x.address === to) return [];
      return {
        kernel: 'copyChannels',
        path,
        args: [x.address, x.pixel, to, output.pixel, output.pixels, 4 * x.channels],
      };
    });
  };
}

/** Output channel c is input channel `source(c)`, or zero where that is negative. */
export function gather(memory: EngineMemory, path: string, channels: number, source: (c: number) => number): Emit {
  const table = memory.put(Int32Array.from({ length: channels }, (_, c) => (source(c) < 0 ? -1 : 4 * source(c))));
  return ({ inputs, output }) => {
    const x = first(inputs);
    const args = [x.address, x.pixel, output.address, output.pixel, output.pixels, channels, table];
    return [{ kernel: 'gatherChannels', path, args }];
  };
}

/** Zeros around a map: a buffer of the plan's own whose border nobody writes. */
export function zeroPad(node: Node<'zeroPad'>): Emit {
  const { spatial, channels } = node.attributes;
  return (context) => {
    const { inputs, output, batch } = context;
    const x = first(inputs);
    const [top, , , left] = spatial;
    const clear: Step = {
      kernel: 'clear',
      path: node.path,
      args: [output.address, output.pixels, output.pixel],
    };
    const row = output.width * output.pixel;
    const start = output.address + top * row + left * output.pixel + 4 * channels[0];
    const steps: Step[] = [clear];
    const args = [x.address, x.pixel, start, output.pixel, 4 * x.channels, batch, x.height, x.width];
    steps.push({ kernel: 'placeImage', path: node.path, args: [...args, row, output.height * row] });
    return steps;
  };
}

/** A vector without the gaps between pixels that the map had. */
export function flatten(path: string): Emit {
  return ({ inputs, output, batch }) => {
    const x = first(inputs);
    const each = x.height * x.width;
    const args = [x.address, x.pixel, output.address, 4 * x.channels, 4 * x.channels, batch, 1, each];
    return [{ kernel: 'placeImage', path, args: [...args, output.pixel, output.pixel] }];
  };
}
