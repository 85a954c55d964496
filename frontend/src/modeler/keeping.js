// What is drawn is kept by itself; if somebody else kept something meanwhile, that is said and
// nothing is overwritten.
const PAUSE = 1500;

export class Keeping {
  constructor(modeler, { state, address, headers, revision, texts }) {
    Object.assign(this, { modeler, state, address, headers, revision, texts });
    modeler.on('commandStack.changed', () => this.soon());
    addEventListener('beforeunload', (event) => {
      if (this.dirty) event.preventDefault();
    });
  }

  soon() {
    this.dirty = true;
    this.say('typing');
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.keep(), PAUSE);
  }

  async keep(note = '') {
    clearTimeout(this.waiting);
    if (this.busy) return this.busy.then(() => this.keep(note));
    this.busy = this.send(note);
    try {
      return await this.busy;
    } finally {
      this.busy = null;
    }
  }

  async send(note) {
    this.dirty = false;
    const { xml } = await this.modeler.saveXML({ format: true });
    const body = JSON.stringify({ xml, revision: this.revision, note });
    try {
      const answer = await fetch(this.address, { method: 'PUT', headers: { ...this.headers, 'Content-Type': 'application/json' }, body });
      const told = await answer.json();
      if (!answer.ok) return this.refused(told.detail);
      this.revision = told.revision;
      this.say('kept', told.at);
      return true;
    } catch {
      return this.refused(this.texts.offline);
    }
  }

  refused(detail) {
    this.dirty = true;
    this.say('refused', detail);
    return false;
  }

  say(key, more = '') {
    this.state.dataset.state = key;
    this.state.textContent = (this.texts[key] ?? '{0}').replace('{0}', more);
  }
}
