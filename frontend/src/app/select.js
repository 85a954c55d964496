// <gov-select>: choosing rows of a list, all of the page at once, from the keyboard too (j k x).
import { isTyping } from './dom.js';

customElements.define(
  'gov-select',
  class extends HTMLElement {
    connectedCallback() {
      this.all = this.querySelector('[data-all]');
      if (!this.all) return;
      this.all.hidden = false;
      this.addEventListener('change', (event) => this.changed(event));
      this.addEventListener('click', (event) => this.ranged(event));
      this.keys = (event) => this.pressed(event);
      document.addEventListener('keydown', this.keys);
      this.closest('form')?.addEventListener('submit', (event) => this.refuse(event));
      this.tell();
    }

    disconnectedCallback() {
      document.removeEventListener('keydown', this.keys);
    }

    get boxes() {
      return [...this.querySelectorAll('[data-row] input[type=checkbox]')];
    }

    changed(event) {
      if (event.target === this.all) this.boxes.forEach((box) => (box.checked = this.all.checked));
      this.tell();
    }

    // With Shift everything between two rows is chosen.
    ranged(event) {
      const at = this.boxes.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey && this.last >= 0) {
        const [from, to] = [Math.min(at, this.last), Math.max(at, this.last)];
        this.boxes.slice(from, to + 1).forEach((box) => (box.checked = event.target.checked));
      }
      this.last = at;
      this.tell();
    }

    tell() {
      const chosen = this.boxes.filter((box) => box.checked);
      this.all.checked = chosen.length > 0 && chosen.length === this.boxes.length;
      this.all.indeterminate = chosen.length > 0 && !this.all.checked;
      const words = chosen.length ? this.dataset.some.replace('{n}', chosen.length) : this.dataset.none;
      const place = this.querySelector('[data-count]');
      if (place.textContent !== words) place.textContent = words;
      for (const row of this.querySelectorAll('[data-row]'))
        row.toggleAttribute('data-picked', row.querySelector('input').checked);
    }

    refuse(event) {
      const chosen = this.querySelector('[name=all]')?.checked || this.boxes.some((box) => box.checked);
      if (chosen) return;
      event.preventDefault();
      this.boxes[0]?.focus();
    }

    pressed(event) {
      const box = this.boxes.find((one) => one === event.target);
      if (!box && isTyping(event)) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step) this.go(step);
      if (event.key === 'x' && box) box.click();
    }

    go(step) {
      const boxes = this.boxes;
      const at = boxes.indexOf(document.activeElement);
      const next = boxes[Math.min(Math.max(at + step, 0), boxes.length - 1)];
      next?.focus();
      next?.closest('[data-row]').scrollIntoView({ block: 'nearest' });
    }
  },
);
