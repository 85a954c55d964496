// The properties panel brings editors for FEEL, templates and JSON, which no field of ours uses:
// they would be nearly half of the modeler; and the tables of decisions, one for FEEL. Where only
// these ask for them, they get empty ones.
import { resolve } from 'node:path';

const PANEL = /node_modules\/(@bpmn-io\/properties-panel|bpmn-js-properties-panel|dmn-js-shared)\//;
const EDITORS = /^(@codemirror\/|@bpmn-io\/(feel-editor|feelers-editor|extract-process-variables))/;

export default function withoutFeel(root) {
  const empty = resolve(root, 'src/modeler/without-feel.js');
  return {
    name: 'without-feel',
    enforce: 'pre',
    resolveId: (source, importer = '') =>
      EDITORS.test(source) && PANEL.test(importer.replace(/\\/g, '/')) ? empty : null,
  };
}
