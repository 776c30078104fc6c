import type { BuildOptions } from '@convzoo/zoo';
import { ParityError } from '../errors.js';
import type { ArgumentValue, GoldenRecord, RecordFramework } from '../record/record.js';

/** What an argument means in the zoo: options of the network, or another entry, whose name ends so. */
interface Meaning extends BuildOptions {
  readonly suffix?: string;
}

type Argument = (value: ArgumentValue, refuse: (why: string) => never) => Meaning;

const number =
  (option: 'width' | 'classes'): Argument =>
  (value, refuse) =>
    typeof value === 'number' ? { [option]: value } : refuse('it must be a number');

/** Of no consequence for a network that is filled by the rule and runs in inference. */
const ignored: Argument = () => ({});

/** The value that leaves a network as the zoo has it; it has no other. */
const only =
  (...fine: readonly ArgumentValue[]): Argument =>
  (value, refuse) =>
    fine.includes(value)
      ? {}
      : refuse(`the zoo has the network only with ${fine.map((v) => JSON.stringify(v)).join(' or ')}`);

/**
 * Arguments of the constructors of `torchvision.models`, `timm.create_model` and `keras.applications`, in the zoo's words.
 * An argument that is not here is an error: left out, it would be another network that is compared.
 */
const ARGUMENTS: Readonly<Record<RecordFramework, Readonly<Record<string, Argument>>>> = {
  torchvision: {
    width_mult: number('width'),
    num_classes: number('classes'),
    aux_logits: (value) => ({ aux: value === true }),
    transform_input: only(false),
    init_weights: ignored,
    progress: ignored,
    dropout: ignored,
    weights: only(null),
    pretrained: only(false),
  },
  timm: {
    num_classes: number('classes'),
    in_chans: only(3),
    pretrained: only(false),
    drop_rate: ignored,
    drop_path_rate: ignored,
  },
  keras: {
    alpha: number('width'),
    classes: number('classes'),
    // Networks have it by default, here as there.
    include_preprocessing: (value) => (value === true ? {} : { preprocessing: 'none' }),
    minimalistic: (value) => (value === true ? { suffix: '_minimalistic' } : {}),
    depth_multiplier: only(1),
    include_top: only(true),
    weights: only(null),
    classifier_activation: only(null, 'linear'),
    pooling: only(null),
    input_tensor: only(null),
    // The record's input says it too, and that is checked against the network.
    input_shape: ignored,
    dropout: ignored,
    dropout_rate: ignored,
    name: ignored,
  },
  torch: {},
};

/** What the frameworks take where nothing is said, and the zoo does not. */
function defaultsOf({ framework, model }: GoldenRecord): GoldenRecord['args'] {
  if (framework === 'torchvision' && /^(googlenet|inception_v3)$/.test(model)) return { aux_logits: true };
  return {};
}

/** The arguments of a record in the zoo's words. Throws ParityError `unknown-argument`, `unsupported-argument`. */
export function optionsOf(record: GoldenRecord): { readonly options: BuildOptions; readonly suffix: string } {
  const table = ARGUMENTS[record.framework];
  let suffix = '';
  const options: BuildOptions = {};
  for (const [name, value] of Object.entries({ ...defaultsOf(record), ...record.args })) {
    const argument = Object.hasOwn(table, name) ? table[name] : undefined;
    if (argument === undefined) {
      const known = Object.keys(table).join(', ') || 'none';
      throw new ParityError(
        'unknown-argument',
        `${record.case}: argument ${name} of ${record.framework}'s ${record.model} has no meaning in the zoo (known: ${known}). ` +
          'Give the network as MODEL, or record it without that argument.',
      );
    }
    const refuse = (why: string): never => {
      throw new ParityError(
        'unsupported-argument',
        `${record.case}: argument ${name} is ${JSON.stringify(value)}, but ${why}. Give the network as MODEL.`,
      );
    };
    const { suffix: ending = '', ...meaning } = argument(value, refuse);
    suffix += ending;
    Object.assign(options, meaning);
  }
  return { options, suffix };
}
