import { type Graph, outputOf } from '@convzoo/layers';

/** What a network's outputs are: logits, or probabilities where it ends in a sigmoid, one for each label on its own. */
export type OutputKind = 'logits' | 'probabilities';

export function outputKindOf(graph: Graph): OutputKind {
  const output = outputOf(graph);
  return output.op === 'activation' && output.attributes.function === 'sigmoid' ? 'probabilities' : 'logits';
}

/** Classes that so many outputs tell apart: one output says yes or no. */
export const classesOf = (outputs: number): number => (outputs === 1 ? 2 : outputs);

/** The probability of every class, from the outputs for one picture. */
export function probabilitiesOf(outputs: Float32Array, kind: OutputKind): Float64Array {
  if (outputs.length === 1) {
    const [value = Number.NaN] = outputs;
    const yes = kind === 'probabilities' ? value : 1 / (1 + Math.exp(-value));
    return Float64Array.of(1 - yes, yes);
  }
  return kind === 'probabilities' ? Float64Array.from(outputs) : softmax(outputs);
}

/** softmax, computed in float64 from the largest logit down so that nothing overflows. */
function softmax(logits: Float32Array): Float64Array {
  const peak = logits.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - peak));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
