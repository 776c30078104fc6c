import type { Terminal } from '../output/terminal.js';
import type { Check } from './check.js';

export function terminalCheck({ width, colors }: Terminal, color: boolean): Check {
  const { env, stdout } = process;
  const isTerminal = stdout.isTTY === true;
  const from = stdout.columns !== undefined ? 'of the terminal' : Number(env['COLUMNS']) > 0 ? 'of COLUMNS' : 'assumed';
  const facts = { terminal: isTerminal, width, colors: colors.isColorSupported };
  const where = isTerminal ? 'a terminal' : 'no terminal';
  return {
    name: 'Terminal',
    status: 'ok',
    found: `${where}, ${width} columns (${from}), ${colors.isColorSupported ? 'colours' : `no colours (${whyNoColors(color, isTerminal)})`}`,
    facts,
  };
}

function whyNoColors(color: boolean, isTerminal: boolean): string {
  if ((process.env['NO_COLOR'] ?? '') !== '') return 'NO_COLOR is set';
  if (!color) return '--no-color, or a setting';
  return isTerminal ? 'TERM is dumb' : 'the output is no terminal';
}
