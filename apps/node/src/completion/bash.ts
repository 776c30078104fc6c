import { patterns, quoted, stepsOf } from './quote.js';
import { type CompletedCommand, LISTS, takesFiles, wordsOf } from './tree.js';

/** For bash 3.2, which macOS has, and newer. File names are left to readline (`-o default`): it knows how to quote them. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# bash completion for convzoo: convzoo completion bash
${LISTS.map((kind) => `_convzoo_${kind}=${quoted(wordsOf(kind).join(' '))}`).join('\n')}

_convzoo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= kind= words= i
  # bash breaks --option=value into three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${patterns(stepsOf(commands))}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${valueCases(commands)}
  esac
  if [[ -z $kind && $cur == -* ]]; then
    case $at in
${commands.map(({ path, options }) => `      ${quoted(path)}) words=${quoted(options.flatMap(({ flags }) => flags).join(' '))} ;;`).join('\n')}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  if [[ -z $kind ]]; then
    case $at in
${commands.map(({ path, commands: subs, argument }) => `      ${quoted(path)}) kind=${argument} words=${quoted(subs.map(({ name }) => name).join(' '))} ;;`).join('\n')}
    esac
  fi
  case $kind in
${LISTS.map((kind) => `    ${kind}) words="$words $_convzoo_${kind}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case $kind in
    ${[...LISTS.filter(takesFiles), 'files'].join('|')}) ;;
    *) compopt +o default 2>/dev/null ;;
  esac
  return 0
}

complete -o default -F _convzoo convzoo
`;
}

function valueCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, options }) =>
      options.flatMap(({ flags, value }) =>
        value === undefined ? [] : [`    ${patterns(flags.map((flag) => `${path} ${flag}`))}) kind=${value} ;;`],
      ),
    )
    .join('\n');
}
