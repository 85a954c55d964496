// <gov-diagram src state>: the diagram with what is open, overdue, armed and done drawn on it.
// The same facts stand in a table beside it, for those who cannot see or point.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';
import { draw } from './facts.js';
import { tools } from './tools.js';
import { fitPaper, frame } from './zoom.js';

customElements.define(
  'gov-diagram',
  class extends HTMLElement {
    connectedCallback() {
      if (this.viewer) return;
      this.canvas = this.querySelector('.canvas');
      this.seen = new IntersectionObserver((entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.open();
      });
      this.seen.observe(this);
    }

    disconnectedCallback() {
      this.seen?.disconnect();
      this.cool?.();
      this.unfit?.();
      this.viewer?.destroy();
      this.viewer = null;
    }

    async open() {
      this.seen.disconnect();
      const facts = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
      try {
        const answer = await fetch(this.getAttribute('src'), { credentials: 'same-origin', headers: { Accept: 'application/xml' } });
        if (!answer.ok) throw new Error(answer.status);
        await this.show(await answer.text(), facts);
      } catch {
        this.canvas.textContent = this.dataset.failed;
        this.setAttribute('data-state', 'failed');
      }
    }

    async show(xml, facts) {
      this.canvas.textContent = '';
      this.viewer = new NavigatedViewer({ container: this.canvas });
      await this.viewer.importXML(xml);
      draw(this.viewer, facts);
      frame(this.viewer, facts);
      this.unfit = fitPaper(this.viewer);
      this.append(tools(this.viewer, facts, this.dataset));
      this.follow(facts);
      const { heat } = this.dataset;
      if (heat) this.cool = (await import(/* @vite-ignore */ heat)).heat(this.viewer, this);
      this.setAttribute('data-state', 'ready');
    }

    // A row of the table points at its element, when one moves over it.
    follow(facts) {
      const canvas = this.viewer.get('canvas');
      const registry = this.viewer.get('elementRegistry');
      const table = document.getElementById(this.getAttribute('table'));
      for (const row of table?.querySelectorAll('[data-element]') ?? []) {
        const id = row.dataset.element;
        if (!registry.get(id)) continue;
        for (const name of ['mouseenter', 'focusin']) row.addEventListener(name, () => canvas.addMarker(id, 'gov-pointed'));
        for (const name of ['mouseleave', 'focusout']) row.addEventListener(name, () => canvas.removeMarker(id, 'gov-pointed'));
      }
    }
  },
);
