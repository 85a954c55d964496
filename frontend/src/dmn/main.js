// <gov-decision>: edit one decision table; every cell is tried on the server as it is typed.
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-codes.css';
import './dmn.css';
import { element } from '../app/dom.js';
import DecisionTables, { offerPolicies } from './table.js';
import { Findings } from './findings.js';
import { translated } from './translate.js';

const PAUSE = 900;
const OURS = { value: 'xiaohao', label: '销号台' };
const TYPES = ['string', 'integer', 'number', 'boolean', 'date'];

customElements.define(
  'gov-decision',
  class extends HTMLElement {
    connectedCallback() {
      if (!this.tables) this.open();
    }

    disconnectedCallback() {
      this.tables?.destroy();
      this.tables = null;
      removeEventListener('beforeunload', this.warn);
    }

    async open() {
      this.told = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
      const part = (name) => this.querySelector(`[data-part="${name}"]`);
      this.state = part('state');
      this.refusal = part('refusal');
      this.refusal.addEventListener('click', ({ target }) => this.settle(target.dataset.do));
      this.findings = new Findings(part('table'), part('findings'), this.told.texts);
      this.warn = (event) => this.dirty && event.preventDefault();
      addEventListener('beforeunload', this.warn);
      offerPolicies(this.told.xml);
      this.tables = new DecisionTables({
        container: part('table'),
        height: 'auto',
        common: { expressionLanguages: { options: [OURS], defaults: { editor: OURS.value, inputCell: OURS.value, outputCell: OURS.value } }, dataTypes: TYPES },
        decisionTable: { additionalModules: [translated(this.told.language)] },
      });
      try {
        await this.tables.importXML(this.told.xml);
      } catch (error) {
        this.dataset.state = 'failed';
        return this.say('broken', error.message);
      }
      this.tables.getActiveViewer().on('commandStack.changed', () => this.soon());
      this.watchTrial();
      this.findings.show(this.told.problems);
      this.dataset.state = 'ready';
    }

    soon() {
      this.dirty = true;
      this.say('typing');
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.keep(), PAUSE);
    }

    // One at a time, and always the newest.
    async keep() {
      if (this.busy) return this.soon();
      this.busy = true;
      this.dirty = false;
      try {
        const { xml } = await this.tables.saveXML({ format: true });
        await this.send(xml);
      } catch {
        this.refused(this.told.texts.offline);
      }
      this.busy = false;
    }

    async send(xml) {
      const { revision, seen } = this.told;
      const answer = await fetch(this.told.address, {
        method: 'PUT',
        headers: { 'X-CSRFToken': this.told.csrf, 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ xml, revision, seen }),
      });
      const found = await answer.json();
      if (found.problems) this.findings.show(found.problems);
      if (!answer.ok) return this.refused(found.detail);
      Object.assign(this.told, { revision: found.revision, seen: found.seen });
      return this.say('kept', found.at);
    }

    refused(detail) {
      this.dirty = true;
      this.say('refused', detail);
    }

    // What was not kept is taken along, or given up for what somebody else kept.
    async settle(act) {
      if (act === 'download') {
        const { xml } = await this.tables.saveXML({ format: true });
        const href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
        element('a', { href, download: `${this.told.table}.dmn` }).click();
        setTimeout(() => URL.revokeObjectURL(href), 1000);
      }
      if (act !== 'reload') return;
      clearTimeout(this.waiting);
      this.dirty = false;
      location.reload();
    }

    say(key, more = '') {
      this.refusal.hidden = key !== 'refused';
      this.state.dataset.state = key;
      this.state.textContent = (this.told.texts[key] ?? '{0}').replace('{0}', more);
    }

    // Which rules a trial hit: said by the server beside the table, marked in it.
    watchTrial() {
      const trial = document.getElementById('trial');
      const mark = () => {
        const rows = trial.querySelector('[data-rows]')?.dataset.rows ?? '';
        this.findings.rows = rows.split(' ').filter(Boolean).map(Number);
        this.findings.soon();
      };
      new MutationObserver(mark).observe(trial, { childList: true, subtree: true });
      mark();
    }
  },
);
