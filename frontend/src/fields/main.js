// <gov-fields>: the form editor's list is dragged, its keys are sent when they are finished, and
// each request carries the newest stamp, however long it waited for the one before.
import './fields.css';

customElements.define(
  'gov-fields',
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector('#field-form');
      this.addEventListener('input', (event) => event.target.matches('[data-slow]') && event.stopPropagation(), true);
      this.addEventListener('htmx:before:request', (event) => this.stamp(event.detail.ctx.request.body));
      this.addEventListener('htmx:after:request', () => this.wait(false));
      for (const name of ['dragstart', 'dragover', 'dragleave', 'drop', 'dragend']) this.addEventListener(name, (event) => this[name](event));
      if (this.dataset.focus) document.getElementById(this.dataset.focus)?.focus();
    }

    stamp(body) {
      if (!body?.set) return;
      for (const input of this.querySelectorAll('#form-stamp input')) body.set(input.name, input.value);
    }

    wait(on) {
      this.toggleAttribute('data-busy', on);
    }

    row(event) {
      return event.target.closest?.('.field-row');
    }

    dragstart(event) {
      this.dragged = this.row(event);
      if (!this.dragged) return;
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', this.dragged.dataset.place);
      this.dragged.classList.add('dragged');
    }

    // Above the middle of a row: before it; below: after it. Never into itself.
    place(event) {
      const row = this.row(event);
      if (!this.dragged || !row || `${row.dataset.place}.`.startsWith(`${this.dragged.dataset.place}.`)) return null;
      const { top, height } = row.getBoundingClientRect();
      const after = event.clientY > top + height / 2;
      const parts = row.dataset.place.split('.').map(Number);
      if (after) parts.push(parts.pop() + 1);
      return { row, after, to: parts.join('.') };
    }

    dragover(event) {
      const found = this.place(event);
      this.clear();
      if (!found) return;
      event.preventDefault();
      found.row.classList.add(found.after ? 'drop-after' : 'drop-before');
    }

    dragleave() {
      this.clear();
    }

    drop(event) {
      const found = this.place(event);
      if (!found) return;
      event.preventDefault();
      this.form.elements._drag.value = `${this.dragged.dataset.place}>${found.to}`;
      this.wait(true);
      this.form.requestSubmit(this.querySelector('[data-drag-go]'));
    }

    dragend() {
      this.clear();
      this.dragged?.classList.remove('dragged');
      this.dragged = null;
    }

    clear() {
      for (const row of this.querySelectorAll('.drop-before, .drop-after')) row.classList.remove('drop-before', 'drop-after');
    }
  },
);
