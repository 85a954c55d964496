// <gov-file> around a file input: says "choose a file" in the language of the page, not the browser's.
import { element, icon } from './dom.js';

customElements.define(
  'gov-file',
  class extends HTMLElement {
    connectedCallback() {
      if (this.button) return;
      const input = this.querySelector('input');
      const name = element('span', { class: 'name' }, this.dataset.none);
      this.button = element('span', { class: 'form-control', 'aria-hidden': 'true' }, icon('file'), element('b', {}, this.dataset.choose), name);
      input.classList.add('visually-hidden');
      input.addEventListener('change', () => {
        name.textContent = input.files[0]?.name ?? this.dataset.none;
      });
      this.append(this.button);
    }
  },
);
