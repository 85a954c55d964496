// What could not be sent is kept in this browser until it could, for whoever comes back to it.
import { note } from './notes.js';
import { filled, save } from './words.js';

export class Rescue {
  constructor({ person, key }) {
    this.name = `xiaohao:draft:${person}:${key}`;
  }

  put(copy) {
    try {
      localStorage.setItem(this.name, JSON.stringify({ ...copy, at: new Date().toLocaleString() }));
    } catch {
      // A full or forbidden store: the drawing is still on the board.
    }
  }

  take() {
    try {
      return JSON.parse(localStorage.getItem(this.name));
    } catch {
      return null;
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // There was none to keep it in either.
    }
  }
}

export function offerRescue(board) {
  const { rescue, texts, told, keeping } = board;
  const copy = rescue.take();
  if (!copy) return;
  if (copy.xml === told.xml) return rescue.drop();
  const restore = async () => {
    if (!(await board.show(copy.xml))) return;
    keeping.goOnFrom(copy);
  };
  const acts = [
    [texts.rescue_take, restore],
    [texts.download, () => save(`${told.key}.bpmn`, 'application/xml', copy.xml) ?? false],
    [texts.rescue_drop, () => rescue.drop()],
  ];
  note(board, filled(texts.rescue, { at: copy.at }), 'soon', acts, []);
}
