// <gov-rows>: a table to fill in. Without JavaScript its buttons submit and the server adds the row.
const ROW = /__row__/g;

customElements.define(
  'gov-rows',
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener('click', (event) => {
        const button = event.target.closest('button');
        if (button?.matches('[data-add]')) this.add(event);
        if (button?.matches('[data-remove]')) this.remove_(event, button.closest('.grid-row'));
      });
    }

    get place() {
      return this.querySelector('[data-rows]');
    }

    add(event) {
      event.preventDefault();
      const template = this.querySelector('template');
      const number = Math.max(-1, ...[...this.place.children].map((row) => Number(row.dataset.row))) + 1;
      const holder = document.createElement('template');
      holder.innerHTML = template.innerHTML.replace(ROW, number);
      this.place.append(holder.content);
      this.place.lastElementChild.querySelector('input, textarea, select')?.focus();
      this.tell();
    }

    remove_(event, row) {
      event.preventDefault();
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector('input, textarea, select') ?? this.querySelector('[data-add]')).focus();
      this.tell();
    }

    tell() {
      this.dispatchEvent(new Event('change', { bubbles: true }));
    }
  },
);
