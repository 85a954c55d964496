// <gov-inbox>: list beside detail on a wide screen, list then page on a phone; worked from the keyboard.
import htmx from 'htmx.org';
import { isTyping } from './dom.js';
import { printAll } from './paper.js';

const WIDE = matchMedia('(min-width: 992px)');

customElements.define(
  'gov-inbox',
  class extends HTMLElement {
    connectedCallback() {
      // On a phone a row is an ordinary link to the task's own page.
      this.addEventListener(
        'click',
        (event) => {
          const row = event.target.closest('.row-task');
          if (!row) return;
          if (!WIDE.matches || event.ctrlKey || event.metaKey) event.stopPropagation();
          else if (this.shows(row)) this.enter(event);
          else this.mark(row);
        },
        true,
      );
      this.keys = (event) => this.pressed(event);
      document.addEventListener('keydown', this.keys);
      if (this.hasAttribute('data-open-first') && WIDE.matches) this.openFirst();
    }

    // The most urgent task stands beside the list at once; the address stays the list's.
    openFirst() {
      const row = this.rows[0];
      if (!row) return;
      this.mark(row);
      htmx.ajax('GET', row.getAttribute('href'), {
        source: '#detail',
        target: '#detail',
        swap: 'innerHTML',
        headers: { 'HX-Target': 'section#detail' },
      });
    }

    shows(row) {
      return this.querySelector('#detail [data-panel]')?.dataset.panel === row.getAttribute('href');
    }

    // What stands there already is not fetched again: somebody may have begun to type in it.
    enter(event) {
      event.preventDefault();
      event.stopPropagation();
      this.querySelector('#task-title').focus();
    }

    disconnectedCallback() {
      document.removeEventListener('keydown', this.keys);
    }

    get rows() {
      return [...this.querySelectorAll('.row-task')];
    }

    get current() {
      return this.querySelector('.row-task[aria-current]');
    }

    mark(row) {
      this.current?.removeAttribute('aria-current');
      row.setAttribute('aria-current', 'true');
    }

    go(step) {
      const at = this.rows.indexOf(this.current);
      const row = this.rows[Math.max(0, at + step)];
      if (!row) return;
      row.focus();
      row.scrollIntoView({ block: 'nearest' });
      if (WIDE.matches && row !== this.current) row.click();
      else this.mark(row);
    }

    pressed(event) {
      if (isTyping(event)) return;
      const act = {
        j: () => this.go(1),
        k: () => this.go(-1),
        ArrowDown: () => this.go(1),
        ArrowUp: () => this.go(-1),
        c: () => document.querySelector('[data-claim]')?.click(),
        e: () => this.edit(),
      }[event.key];
      const inRows = event.target === document.body || event.target.closest('.rows');
      if (!act || (event.key.startsWith('Arrow') && !inRows)) return;
      event.preventDefault();
      act();
    }

    edit() {
      document
        .querySelector('#detail gov-form :is(input, textarea, select):not([type=hidden]):not([hidden])')
        ?.focus();
    }
  },
);

// Keys of every page: / for the search, ? for the list of keys, Esc back out.
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target.closest('input[type=search]')) event.target.blur();
  if (isTyping(event)) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('.bar input[type=search]')?.focus();
  }
  if (event.key === '?') document.getElementById('keys')?.showModal();
  if (event.key === 'Escape') document.querySelector('[data-back]')?.click();
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-keys]')) document.getElementById('keys')?.showModal();
  if (event.target.closest('[data-close]')) event.target.closest('dialog').close();
  if (event.target.closest('[data-print]')) printAll();
});
