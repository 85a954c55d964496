// What the properties panel imports for fields that this program has none of (see without-feel.mjs).
const none = () => null;

export default class NoEditor {}
export class FeelersEditor extends NoEditor {}
export class EditorView extends NoEditor {}
export class EditorState extends NoEditor {}
export const Annotation = { define: none };
export const keymap = { of: none };
export const [closeBracketsKeymap, defaultKeymap, foldKeymap, historyKeymap] = [[], [], [], []];
export const defaultHighlightStyle = null;
export {
  none as bracketMatching, none as closeBrackets, none as drawSelection, none as foldGutter,
  none as getVariablesForElement, none as getVariablesForScope, none as highlightSpecialChars,
  none as history, none as json, none as jsonParseLinter, none as lineNumbers, none as linter,
  none as placeholder, none as syntaxHighlighting,
};
