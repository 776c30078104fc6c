import { patterns, stepsOf } from './quote.js';
import { type CompletedCommand, type CompletedOption, type Kind, LISTS, takesFiles, wordsOf } from './tree.js';

/** For fish 3.0 and newer, which have `-F`. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const steps = patterns(stepsOf(commands)).replaceAll("'|'", "' '");
  return `# fish completion for convzoo: convzoo completion fish
${LISTS.map((kind) => `set -g __convzoo_${kind} ${wordsOf(kind).map(word).join(' ')}`).join('\n')}

function __convzoo_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${steps}
                set at (string trim -- "$at $word")
        end
    end
    test "$at" = "$argv[1]"
end

complete -c convzoo -f
${commands.flatMap(linesOf).join('\n')}
`;
}

/** A word as fish quotes it: a backslash stands for itself but before a quote or another. */
const word = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function linesOf({ path, commands, options, argument }: CompletedCommand): readonly string[] {
  const here = `complete -c convzoo -n ${word(`__convzoo_at '${path}'`)}`;
  return [
    ...commands.map(({ name, description }) => `${here} -a ${word(name)} -d ${word(description)}`),
    ...(argument === 'nothing' ? [] : [`${here} ${placeOf(argument)}`]),
    ...options.map((option) => `${here} ${optionOf(option)}`),
  ];
}

const placeOf = (kind: Kind): string => {
  const files = takesFiles(kind) ? ['-F'] : ['-f'];
  return [...files, ...(LISTS.some((list) => list === kind) ? [`-a "$__convzoo_${kind}"`] : [])].join(' ');
};

function optionOf({ flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const needed = value === undefined ? [] : ['-r', placeOf(value)];
  return [...names, ...needed, `-d ${word(description)}`].join(' ');
}
