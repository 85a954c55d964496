// <gov-modeler>: draw a process of the pieces that the program knows.
import './modeler.css';
import { build } from './build.js';
import { cases } from './cases.js';
import { Findings } from './findings.js';
import { Keeping } from './keeping.js';
import { Merging } from './merging/dialog.js';
import { note } from './notes.js';
import { Rescue, offerRescue } from './rescue.js';
import { tools } from './tools.js';
import { follow, whole } from './view.js';
import { filled } from './words.js';

customElements.define(
  'gov-modeler',
  class extends HTMLElement {
    connectedCallback() {
      if (!this.modeler) this.open();
    }

    disconnectedCallback() {
      this.modeler?.destroy();
      this.modeler = null;
    }

    part(name) {
      return this.querySelector(`[data-part="${name}"]`);
    }

    async open() {
      const told = JSON.parse(this.part('told').textContent);
      const texts = JSON.parse(this.part('texts').textContent);
      Object.assign(this, { told, texts, headers: { 'X-CSRFToken': told.csrf, Accept: 'application/json' } });
      this.part('canvas').textContent = '';
      this.modeler = build(this);
      this.rescue = new Rescue(told);
      this.keeping = new Keeping(this);
      this.merging = new Merging(this);
      this.findings = new Findings(this);
      tools(this);
      follow(this.modeler);
      if (!(await this.show(told.xml))) return;
      this.keeping.begin();
      cases(this);
      offerRescue(this);
      // Findings elsewhere lead here; the panel sees a selection only once it has been painted.
      setTimeout(() => this.findings.go(decodeURIComponent(location.hash.slice(1))), 200);
    }

    // Put a drawing on the board; one that cannot be read leaves what was there, and says why.
    async show(xml) {
      const drawn = this.shown && (await this.modeler.saveXML({ format: true })).xml;
      const before = this.modeler.getDefinitions();
      try {
        const { warnings } = await this.modeler.importXML(xml);
        this.shown = xml;
        whole(this.modeler);
        this.setAttribute('data-state', 'ready');
        if (warnings.length) note(this, filled(this.texts.warnings, { n: warnings.length, first: warnings[0].message }));
        this.findings.check();
        return true;
      } catch (error) {
        if (!drawn) this.setAttribute('data-state', 'failed');
        else if (this.modeler.getDefinitions() !== before) await this.modeler.importXML(drawn);
        note(this, `${filled(this.texts.broken, { reason: error.message })} ${drawn ? '' : this.texts.broken_hint}`, 'late');
        return false;
      }
    }
  },
);
