import type { FunctionWriter } from '../wasm/function.js';
import { type I32, ne } from '../wasm/values.js';

/**
 * Runs the body, in a block of its own: V8 moves every load of a block to its front until the registers run out, but none out of
 * the block. `address` is any address; that it is never zero V8 does not know.
 */
export function fenced(fn: FunctionWriter, address: I32, body: () => void): void {
  fn.if(ne(address, 0), body);
}
