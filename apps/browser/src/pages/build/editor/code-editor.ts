import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Language } from '../draft.js';

/** A mistake at a line. */
export interface EditorProblem {
  /** From 1; undefined is the whole text, shown at its first line. */
  readonly line: number | undefined;
  readonly message: string;
}

export interface CodeEditor {
  /** Replaces the text, where it is another. */
  setValue(value: string): void;
  setProblems(problems: readonly EditorProblem[]): void;
  setLabel(label: string): void;
  /** Puts the cursor into a line and focus into the editor. */
  goTo(line: number): void;
  destroy(): void;
}

interface EditorOptions {
  readonly host: HTMLElement;
  readonly language: Language;
  readonly label: string;
  readonly value: string;
  /** A change by the user. */
  readonly onchange: (value: string) => void;
}

/**
 * CodeMirror in a shadow root: it writes a style sheet, which the page's policy allows nowhere else. Colours are the page's
 * own, whose variables reach into the root. Tab is not taken, so that the keyboard leaves again.
 */
export function createCodeEditor({ host, language, label, value, onchange }: EditorOptions): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const labelled = new Compartment();
  let own = false;
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: value,
      extensions: [
        lineNumbers(),
        lintGutter(),
        foldGutter(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars(),
        highlightSelectionMatches(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        search({ top: true }),
        EditorState.tabSize.of(2),
        language === 'json' ? json() : javascript({ typescript: true }),
        syntaxHighlighting(colours),
        theme,
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
        labelled.of(contentLabel(label)),
        typedOverSelection,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !own) onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  // What scrolls is reached by keyboard too.
  view.scrollDOM.tabIndex = 0;
  return {
    setValue(next) {
      if (next === view.state.doc.toString()) return;
      own = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      own = false;
    },
    setProblems(problems) {
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map((problem) => diagnostic(view.state, problem)),
        ),
      );
    },
    setLabel(next) {
      view.dispatch({ effects: labelled.reconfigure(contentLabel(next)) });
    },
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/**
 * What is typed over selected lines the browser itself would put in, with styles of its own making, which the policy refuses and
 * the console reports.
 */
const typedOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== 'insertText' || event.data === null || view.composing) return false;
    if (view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

const contentLabel = (label: string) => EditorView.contentAttributes.of({ 'aria-label': label });

/** Marks what stands in the line, without its indentation. */
function diagnostic(state: EditorState, { line, message }: EditorProblem): Diagnostic {
  const at = state.doc.line(Math.min(Math.max(1, line ?? 1), state.doc.lines));
  const indent = at.text.length - at.text.trimStart().length;
  return { from: Math.min(at.from + indent, at.to), to: at.to, severity: 'error', message };
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: 'light-dark(#8a2bb3, #d8a6f0)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#1d7a3e, #8fd6a6)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#a2410a, #f0b080)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'light-dark(#0a5fb4, #8ec3f7)' },
  { tag: [tags.typeName, tags.className], color: 'light-dark(#0b6b78, #7fd3df)' },
  { tag: tags.function(tags.variableName), color: 'light-dark(#0a5fb4, #8ec3f7)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
]);

const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '0.8125rem', height: '100%' },
  // The frame around it shows focus.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '0.5rem 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#b9d7f7, #2c4f74) !important',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid var(--accent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'light-dark(#e3eefa, #24405c)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', color: 'var(--text)', border: '1px solid var(--border)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)', borderColor: 'var(--border)' },
  '.cm-panels input, .cm-panels button': {
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
    color: 'var(--text)',
    border: '1px solid var(--border-strong)',
    minHeight: '1.75rem',
  },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--border-strong)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
});
