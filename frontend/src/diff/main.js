// <gov-difference>: two diagrams that move together, what differs marked on both, and the list of
// differences beside them. The list stands in the page; this makes it point at the diagrams.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './diff.css';
import { mark, point } from './marks.js';
import { sift } from './sift.js';
import { Side, keepTogether } from './sides.js';

customElements.define(
  'gov-difference',
  class extends HTMLElement {
    connectedCallback() {
      if (this.sides) return;
      const told = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
      this.sides = [...this.querySelectorAll('.twin')].map((figure) => new Side(figure, this.dataset));
      this.box = this.querySelector('.sides');
      sift(this.querySelector('.told'), this.dataset.none);
      this.listen();
      this.open(told);
    }

    disconnectedCallback() {
      for (const side of this.sides) side.viewer?.destroy();
    }

    async open({ marks, signs }) {
      await Promise.all(this.sides.map((side) => side.open()));
      this.sides.forEach((side, n) => side.viewer && mark(side.viewer, marks[n], signs));
      keepTogether(this.sides);
      this.sides.find((side) => side.isSeen)?.whole();
      this.setAttribute('data-state', this.sides.every((side) => side.viewer) ? 'ready' : 'failed');
    }

    listen() {
      for (const item of this.querySelectorAll('[data-element]')) this.makeClickable(item);
      for (const button of this.querySelectorAll('.switch button')) {
        button.addEventListener('click', () => this.show(button.dataset.side));
      }
      this.querySelector('.arrange').addEventListener('click', (event) => this.arrange(event.target));
    }

    // Beside each other, or, as wide diagrams like it, one above the other.
    arrange(button) {
      const stacked = this.box.classList.toggle('stacked');
      button.setAttribute('aria-pressed', String(stacked));
      for (const side of this.sides) side.refresh();
    }

    // What is told of an element becomes a button that goes there.
    makeClickable(item) {
      const said = item.querySelector('.said');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'said';
      button.append(...said.childNodes);
      said.replaceWith(button);
      button.addEventListener('click', () => this.go(item));
    }

    go(item) {
      this.querySelector('.changes .here')?.classList.remove('here');
      item.classList.add('here');
      const ids = [item.dataset.was, item.dataset.element];
      this.show(ids[1] ? '1' : '0');
      ids.forEach((id, n) => this.sides[n].viewer && point(this.sides[n].viewer, id));
      const there = [1, 0].find((n) => this.sides[n].has(ids[n]));
      if (there !== undefined) this.sides[there].goTo(ids[there]);
      if (matchMedia('(max-width: 900px)').matches) this.box.scrollIntoView({ block: 'start' });
    }

    // On a small screen one diagram is seen at a time.
    show(number) {
      this.box.dataset.shows = number;
      for (const button of this.querySelectorAll('.switch button')) {
        button.setAttribute('aria-pressed', String(button.dataset.side === number));
      }
      this.sides[number].refresh();
    }
  },
);
