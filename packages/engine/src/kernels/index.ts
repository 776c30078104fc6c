import { ModuleWriter } from '../wasm/module.js';
import { writeActivations } from './activations.js';
import { type Arithmetic, hasVectors } from './arithmetic.js';
import { writeDepthwise } from './depthwise.js';
import { writeHalfProducts } from './half.js';
import { MAXIMUM_PAGES } from './memory-limit.js';
import { writePointwise } from './pointwise.js';
import { writePools } from './pool.js';
import { writeProducts } from './product.js';
import { writeStem } from './stem.js';
import { writeStrassen } from './strassen.js';
import { writeWinograd } from './winograd.js';

/** All kernels as one module, made for the instructions that are there. */
export function kernelModule(arithmetic: Arithmetic, shared: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter({ vectors: hasVectors(arithmetic) });
  const product = writeProducts(module, arithmetic);
  writeHalfProducts(module, arithmetic);
  writeWinograd(module, product, arithmetic);
  writeStrassen(module, product);
  writeStem(module, product, arithmetic);
  writeDepthwise(module, arithmetic);
  writePointwise(module, arithmetic);
  writeActivations(module, arithmetic);
  writePools(module);
  return module.encode({ shared, maximumPages: MAXIMUM_PAGES });
}
