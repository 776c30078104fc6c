import { patterns, quoted, stepsOf } from './quote.js';
import { type CompletedCommand, LISTS, takesFiles, wordsOf } from './tree.js';

/** As a function of `fpath`, or read by `source <(convzoo completion zsh)` after `compinit`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef convzoo
# zsh completion for convzoo: convzoo completion zsh
_convzoo() {
  local at= kind= i
  local -a list
${LISTS.map((kind) => `  local -a ${kind}; ${kind}=(${wordsOf(kind).map(quoted).join(' ')})`).join('\n')}
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      ${patterns(stepsOf(commands))}) at="\${at:+$at }$words[i]" ;;
    esac
  done
  # --option=value is one word here; what comes before the value is put aside.
  local prev=$words[CURRENT-1]
  if compset -P '--*='; then prev=\${IPREFIX%=}; fi
  case "$at $prev" in
${commands
  .flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : [`    ${patterns(flags.map((flag) => `${path} ${flag}`))}) kind=${value} ;;`],
    ),
  )
  .join('\n')}
  esac
  if [[ -z $kind && $PREFIX == -* ]]; then
    case $at in
${commands.map(({ path, options }) => `      ${quoted(path)}) list=(${options.flatMap(({ flags, description }) => flags.map((flag) => described(flag, description))).join(' ')}) ;;`).join('\n')}
    esac
    _describe -o option list
    return
  fi
  if [[ -z $kind ]]; then
    case $at in
${commands.map(({ path, commands: subs, argument }) => `      ${quoted(path)}) kind=${argument} list=(${subs.map(({ name, description }) => described(name, description)).join(' ')}) ;;`).join('\n')}
    esac
    (($#list)) && _describe command list
  fi
  case $kind in
${LISTS.map((kind) => `    ${kind}) compadd -a ${kind}${takesFiles(kind) ? '; _files' : ''} ;;`).join('\n')}
    files) _files ;;
  esac
}

if [[ $funcstack[1] == _convzoo ]]; then
  _convzoo "$@"
else
  compdef _convzoo convzoo
fi
`;
}

/** `name:description`, where a colon of the name's own is escaped. */
const described = (name: string, description: string): string =>
  quoted(`${name.replaceAll(':', '\\:')}:${description}`);
