// Two people drew on one draft: lay both side by side, let them choose where both changed the same
// element, and keep what comes of it. Until then nothing is sent, and nothing is lost.
import { note } from '../notes.js';
import { filled, made, save } from '../words.js';
import { compared, merged } from './merge.js';
import { did, nameOf } from './told.js';
import { normal } from './units.js';

export class Merging {
  constructor(board) {
    Object.assign(this, { board, pending: null, dialog: board.part('merge') });
    this.dialog.addEventListener('close', () => this.pending && this.remind());
  }

  async begin({ base, theirs, detail }) {
    this.pending = { base, theirs, detail };
    await this.show();
  }

  async show() {
    const { board } = this;
    const moddle = board.modeler.get('moddle');
    const mine = (await board.modeler.saveXML({ format: true })).xml;
    try {
      const [before, ours, others] = await Promise.all([this.pending.base, mine, this.pending.theirs.xml].map((xml) => normal(moddle, xml)));
      this.found = compared(before, ours, others);
      Object.assign(this, { mine, theirs: others });
    } catch (error) {
      return void note(board, filled(board.texts.broken, { reason: error.message }), 'late', [
        [board.texts.merge_copy, () => this.copy(mine)], [board.texts.merge_mine, () => this.insist()],
      ]);
    }
    this.chosen = {};
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
  }

  copy(xml = this.mine) {
    save(`${this.board.told.key}.bpmn`, 'application/xml', xml);
    return false;
  }

  draw() {
    const { texts } = this.board;
    const { clashes } = this.found;
    this.go = this.button(texts.merge_do, 'btn btn-primary', () => this.take());
    this.restored = made('p', { class: 'small muted' });
    this.dialog.replaceChildren(
      made('h2', { id: 'board-merge' }, texts.merge_title),
      made('p', {}, this.pending.detail),
      made('p', { class: 'fw-semibold' }, clashes.length ? filled(texts.merge_some, { n: clashes.length }) : texts.merge_none),
      ...clashes.map((id) => this.clash(id)),
      this.list('mine', texts.merge_auto_mine),
      this.list('theirs', texts.merge_auto_theirs),
      this.restored,
      made('p', { class: 'small muted' }, texts.merge_undo),
      made('div', { class: 'actions' },
        this.button(texts.merge_copy, 'btn btn-outline-secondary', () => this.copy()),
        this.button(texts.merge_later, 'btn btn-outline-secondary', () => this.dialog.close()), this.go),
    );
    this.count();
  }

  button(words, look, act) {
    return made('button', { type: 'button', class: look, onclick: act }, words);
  }

  name(id) {
    return nameOf(this.found.sides, id, (words) => this.board.modeler.get('translate')(words), this.board.texts.unnamed);
  }

  did(side, id) {
    return did(this.found.sides, side, id, (words) => this.board.modeler.get('translate')(words), this.board.texts);
  }

  clash(id) {
    const { texts } = this.board;
    const option = (side, words) => {
      const radio = made('input', { type: 'radio', name: `merge-${id}`, value: side, onchange: () => this.choose(id, side) });
      return made('label', { class: 'merge-side' }, radio, made('span', {}, made('strong', {}, words), ` ${this.did(side, id)}`));
    };
    return made('fieldset', { class: 'merge-clash', 'data-id': id }, made('legend', {}, this.name(id)), option('mine', texts.merge_mine), option('theirs', texts.merge_theirs));
  }

  list(side, words) {
    const ids = this.found[side];
    if (!ids.length) return '';
    const rows = ids.map((id) => made('li', {}, made('strong', {}, this.name(id)), ` ${this.did(side, id)}`));
    return made('details', { class: 'merge-list' }, made('summary', {}, filled(words, { n: ids.length })), made('ul', {}, ...rows));
  }

  choose(id, side) {
    this.chosen[id] = side;
    this.count();
  }

  // What would come of the choices so far; nothing may be saved before all are made.
  count() {
    const open = this.found.clashes.filter((id) => !this.chosen[id]).length;
    this.go.disabled = open > 0;
    if (open) return;
    this.made = merged(this.found, this.theirs, this.chosen);
    const names = this.made.restored.map((id) => this.name(id)).join('、');
    this.restored.textContent = names ? filled(this.board.texts.merge_restored, { names }) : '';
  }

  remind() {
    note(this.board, this.pending.detail, 'late', [[this.board.texts.merge_open, () => void this.show()]]);
  }

  async take() {
    const { board, pending } = this;
    this.pending = null;
    this.dialog.close();
    if (!(await board.show(this.made.xml))) return void (this.pending = pending);
    note(board, board.texts.merged, 'ok');
    board.keeping.goOnFrom({ base: pending.theirs.xml, revision: pending.theirs.revision });
  }

  // Theirs cannot be read, so there is nothing to compare; it stays among the saves.
  insist() {
    const { theirs } = this.pending;
    this.pending = null;
    this.board.keeping.goOnFrom({ base: theirs.xml, revision: theirs.revision });
  }
}
