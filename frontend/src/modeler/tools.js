// The buttons above the drawing. Each is a <button data-do>; the board's own keys work beside them.
import { note } from './notes.js';
import { whole } from './view.js';
import { filled, save } from './words.js';

const LARGEST = 4_000_000;
const FOREIGN = /xmlns:zeebe=|executionPlatform="Camunda Cloud"/;

export function tools(board) {
  const { modeler, keeping, told } = board;
  const stack = () => modeler.get('commandStack');
  const dialog = board.part('keyboard');
  const acts = {
    undo: () => stack().undo(),
    redo: () => stack().redo(),
    in: () => modeler.get('zoomScroll').stepZoom(1),
    out: () => modeler.get('zoomScroll').stepZoom(-1),
    fit: () => whole(modeler),
    find: (event) => {
      event.stopPropagation(); // any click that reaches the page closes the search again
      modeler.get('searchPad').toggle();
    },
    keys: () => dialog.showModal(),
    shut: () => dialog.close(),
    keep: () => keeping.keep(),
    open: () => board.part('file').click(),
    xml: async () => save(`${told.key}.bpmn`, 'application/xml', await drawn(board)),
    svg: async () => save(`${told.key}.svg`, 'image/svg+xml', (await modeler.saveSVG()).svg),
  };
  board.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (!button) return;
    button.closest('details.menu')?.removeAttribute('open');
    acts[button.dataset.do]?.(event);
  });
  board.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    keeping.keep();
  });
  board.part('file').addEventListener('change', (event) => opened(board, event.target));
  const show = () => {
    board.querySelector('[data-do="undo"]').disabled = !stack().canUndo();
    board.querySelector('[data-do="redo"]').disabled = !stack().canRedo();
  };
  modeler.on(['commandStack.changed', 'import.done'], show);
  show();
}

// What is on the board, or, if nothing could be put on it, what the server gave.
async function drawn({ modeler, told, shown }) {
  return shown ? (await modeler.saveXML({ format: true })).xml : told.xml;
}

async function opened(board, input) {
  const [file] = input.files;
  input.value = '';
  if (!file) return;
  if (file.size > LARGEST) return void note(board, board.texts.too_large, 'late');
  const put = async () => {
    const text = await file.text();
    if (!(await board.show(text))) return false;
    board.keeping.soon(0);
    if (FOREIGN.test(text)) {
      const go = () => void location.assign(board.told.import);
      return void note(board, filled(board.texts.foreign, { name: file.name }), 'soon', [[board.texts.import, go]]);
    }
    return void note(board, filled(board.texts.opened, { name: file.name }), 'ok');
  };
  if (!board.shown) return put();
  return void note(board, filled(board.texts.replace, { name: file.name }), 'soon', [[board.texts.replace_do, () => put() && false]]);
}
