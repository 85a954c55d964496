// What is drawn is kept by itself. If somebody else kept something meanwhile, nothing is
// overwritten: both are laid side by side (see merging).
import { filled } from './words.js';

const PAUSE = 1500;
const AGAIN = 15000;

export class Keeping {
  constructor(board) {
    const { modeler, told, texts } = board;
    Object.assign(this, { board, modeler, texts, state: board.part('state') });
    // What the server has, as far as this page knows: the common ground of a merge.
    Object.assign(this, { base: told.xml, revision: told.revision });
    modeler.on('commandStack.changed', () => this.changed());
    addEventListener('beforeunload', (event) => this.dirty && event.preventDefault());
    addEventListener('online', () => this.dirty && this.keep());
    document.addEventListener('visibilitychange', () => document.hidden && this.dirty && this.keep());
  }

  begin() {
    const { saved_at: at, by } = this.board.told;
    if (this.revision) this.say('kept', filled(this.texts.kept_by, { at, by }));
    else this.say('fresh', this.texts.fresh);
  }

  // The board was emptied into another drawing by an import, which clears the stack: not a change.
  changed() {
    if (this.modeler.get('commandStack').canUndo() || this.dirty || this.moved) this.soon();
  }

  soon(pause = PAUSE) {
    Object.assign(this, { dirty: true, moved: true });
    if (this.board.merging.pending) return;
    this.say('unsaved', this.texts.unsaved);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.keep(), pause);
  }

  // Take up where a copy that was never kept left off.
  goOnFrom({ base, revision }) {
    Object.assign(this, { base, revision });
    this.soon(0);
  }

  async keep() {
    clearTimeout(this.waiting);
    if (this.board.merging.pending) return this.board.merging.show();
    while (this.busy) await this.busy;
    this.busy = this.send();
    try {
      return await this.busy;
    } finally {
      this.busy = null;
    }
  }

  async send() {
    const { xml } = await this.modeler.saveXML({ format: true });
    this.dirty = false;
    this.say('keeping', this.texts.keeping);
    this.board.rescue.put({ xml, base: this.base, revision: this.revision });
    const answer = await this.asked('PUT', this.board.told.address, { xml, revision: this.revision });
    if (!answer) return false;
    if (answer.status === 409) return this.outrun(xml, answer.told.detail);
    // Of another login than the present one: what is drawn waits in this browser meanwhile.
    const rescued = [400, 401].includes(answer.status) ? this.texts.rescued : '';
    if (!answer.ok) return this.refused(answer.told.detail + rescued);
    this.kept(xml, answer.told);
    return true;
  }

  kept(xml, { revision, saved_at: at }) {
    Object.assign(this, { base: xml, revision });
    this.board.rescue.drop();
    if (!this.dirty) this.say('kept', filled(this.texts.kept, { at }));
  }

  // Somebody was faster. Where only forms or tables were kept, the drawing goes on as it is.
  async outrun(mine, detail) {
    const now = await this.asked('GET', this.board.told.draft);
    if (!now) return false;
    if (!now.ok) return this.refused(now.told.detail);
    if (now.told.xml === mine) return this.kept(mine, now.told) ?? true; // it was kept; only the answer was lost
    if (now.told.xml === this.base) {
      this.revision = now.told.revision;
      return this.send();
    }
    this.dirty = true;
    this.say('refused', this.texts.merge_pending);
    await this.board.merging.begin({ base: this.base, mine, theirs: now.told, detail });
    return false;
  }

  // → {ok, status, told}, or nothing if the server cannot be reached or makes no sense.
  async asked(method, address, body) {
    const headers = { ...this.board.headers, ...(body ? { 'Content-Type': 'application/json' } : {}) };
    let answer;
    try {
      answer = await fetch(address, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    } catch {
      return this.later(this.texts.offline);
    }
    try {
      return { ok: answer.ok, status: answer.status, told: await answer.json() };
    } catch {
      return this.later(this.texts.odd);
    }
  }

  later(sentence) {
    this.dirty = true;
    this.say('refused', sentence);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.keep(), AGAIN);
    return null;
  }

  refused(reason) {
    this.dirty = true;
    this.say('refused', filled(this.texts.refused, { reason }));
    return false;
  }

  say(key, sentence) {
    this.state.dataset.state = key;
    this.state.textContent = sentence;
  }
}
