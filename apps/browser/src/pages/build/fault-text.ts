import { buildStrings } from '../../strings/build.js';
import type { FaultKind } from './composition/fault-kind.js';

/** Why a block cannot be built, as a sentence. */
export function faultText(fault: FaultKind): string {
  // The table has for each kind a function of just that kind.
  const say = buildStrings.text.faults[fault.kind] as (given: FaultKind) => string;
  return say(fault);
}
