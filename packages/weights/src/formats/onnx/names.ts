/** A node as far as weights need it. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  /** Whether a Gemm's matrix is `[out, in]`. */
  readonly transposed: boolean;
}

/** What torch calls the inputs of an op after its first. */
const LEAVES: Readonly<Record<string, readonly string[]>> = {
  Conv: ['weight', 'bias'],
  Gemm: ['weight', 'bias'],
  MatMul: ['weight'],
  Add: ['bias'],
  BatchNormalization: ['weight', 'bias', 'running_mean', 'running_var'],
  LayerNormalization: ['weight', 'bias'],
};

/** Names that an exporter numbers, since it made the tensor itself: of torch's two exporters. */
const NUMBERED = /^(onnx::\w+|val|_val|)_?\d+$/;

/** A bias that torch's newer exporter made of a folded BatchNorm is named after the kernel; what this project folds says so. */
const FOLDED = [
  { pattern: /\.weight_bias$/, to: '.bias' },
  { pattern: /:folded$/, to: '' },
] as const;

const foldedFrom = (name: string): string | undefined => {
  const rule = FOLDED.find(({ pattern }) => pattern.test(name));
  return rule && name.replace(rule.pattern, rule.to);
};

/**
 * `/layer1/layer1.0/conv1/Conv`, a node's name by torch's older exporter, as `layer1.0.conv1`: a part that continues the one
 * before stands for both. Undefined for other names.
 */
export function moduleOf(node: string): string | undefined {
  const parts = node.split('/');
  if (parts.length < 3 || parts[0] !== '') return undefined;
  const modules: string[] = [];
  for (const part of parts.slice(1, -1)) {
    if (part.startsWith(`${modules.at(-1)}.`)) modules.pop();
    modules.push(part);
  }
  return modules.join('.');
}

/**
 * Names of initialisers as torch's state dicts have them: their own, or where the exporter made the tensor anew, by
 * folding or transposing, that of the module whose node reads it.
 */
export function parameterNames(names: readonly string[], nodes: readonly OnnxNode[]): ReadonlyMap<string, string> {
  const own = new Set(names);
  const taken = new Set(names.filter((name) => !NUMBERED.test(name) && foldedFrom(name) === undefined));
  const found = new Map<string, string>();
  const rename = (name: string, to: string): void => {
    if (found.has(name) || taken.has(to)) return;
    taken.add(to);
    found.set(name, to);
  };
  for (const { op, name, inputs } of nodes) {
    const module = moduleOf(name);
    for (const [i, input] of inputs.entries()) {
      if (!own.has(input)) continue;
      const plain = foldedFrom(input);
      if (plain !== undefined) rename(input, plain);
      // An Add may have its constant first.
      const leaf = op === 'Add' ? 'bias' : LEAVES[op]?.[i - 1];
      if (module !== undefined && leaf !== undefined && NUMBERED.test(input)) rename(input, `${module}.${leaf}`);
    }
  }
  return new Map(names.map((name) => [name, found.get(name) ?? name]));
}
