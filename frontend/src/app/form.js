// <gov-form draft="url" preview="url" watched="a b" unsent> around a form: keeps a draft on the server,
// asks the server which fields to show, counts characters, warns before typed words are lost.
import { text, post } from './texts.js';

const AFTER_CHANGE = 2000;
const AT_LEAST_EVERY = 15000;

customElements.define(
  'gov-form',
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector('form');
      if (!this.form) return;
      this.changed = this.typedInto() || this.hasAttribute('unsent'); // refused: typed, and kept nowhere
      this.sending = false;
      this.warn = (event) => {
        if (this.changed && !this.sending && !this.hasAttribute('trial')) event.preventDefault();
      };
      this.keep = () => this.send();
      addEventListener('beforeunload', this.warn);
      addEventListener('pagehide', this.keep);
      this.form.addEventListener('input', (event) => this.note(event.target));
      this.form.addEventListener('change', (event) => this.note(event.target));
      this.form.addEventListener('keydown', (event) => this.hotkey(event));
      this.form.addEventListener('submit', (event) => this.lock(event));
      this.form.addEventListener('htmx:finally:request', () => this.unlock());
      this.form.querySelectorAll('textarea').forEach((area) => this.count(area));
      this.ticker = setInterval(() => this.changed && this.save(), AT_LEAST_EVERY);
      this.paintChoices();
      if (this.changed) this.later();
      this.querySelector('[data-faults]')?.focus();
    }

    // A slow line: somebody typed before this program had come.
    typedInto() {
      const controls = 'input:not([type=hidden], [type=file]), textarea';
      return [...this.form.querySelectorAll(controls)].some((control) =>
        control.matches('[type=radio], [type=checkbox]')
          ? control.checked !== control.defaultChecked
          : control.value !== control.defaultValue,
      );
    }

    disconnectedCallback() {
      removeEventListener('beforeunload', this.warn);
      removeEventListener('pagehide', this.keep);
      clearInterval(this.ticker);
      clearTimeout(this.saving);
      if (this.changed && !this.sending) this.save(); // the panel was swapped: keep what was typed
    }

    note(control) {
      this.changed = true;
      if (control.matches('textarea')) this.count(control);
      if (control.matches('[type=radio], [type=checkbox]')) this.paintChoices();
      this.later();
      const names = (this.getAttribute('watched') ?? '').split(' ');
      const name = control.name?.split('.').pop();
      if (names.includes(name)) this.preview();
    }

    later() {
      clearTimeout(this.saving);
      this.saving = setTimeout(() => this.save(), AFTER_CHANGE);
    }

    hotkey(event) {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      this.form.querySelector('[data-submit]')?.click();
    }

    // The page is going away: no time for an answer.
    send() {
      const url = this.getAttribute('draft');
      const unkept = this.changed || this.keeping; // what is on its way is broken off as one leaves
      if (url && unkept && !this.sending) navigator.sendBeacon(url, new FormData(this.form));
    }

    async save() {
      const url = this.getAttribute('draft');
      if (!url || this.sending) return;
      const said = this.querySelector('[data-saved]');
      this.changed = false;
      this.keeping = true;
      try {
        const answer = await post(url, new FormData(this.form));
        if (!answer.ok) throw new Error(answer.status);
        const { at } = await answer.json();
        if (said) said.textContent = text('draft_saved', { at });
      } catch {
        this.changed = true;
        if (said) said.textContent = text('draft_failed');
      } finally {
        this.keeping = false;
      }
    }

    async preview() {
      const url = this.getAttribute('preview');
      if (!url) return;
      const asked = (this.asked = (this.asked ?? 0) + 1);
      try {
        const answer = await post(url, new FormData(this.form));
        if (!answer.ok || asked !== this.asked) return;
        const { hidden } = await answer.json();
        for (const field of this.form.querySelectorAll('[data-field]')) {
          field.hidden = hidden.includes(field.dataset.field);
        }
      } catch {
        // Everything stays in view; the server decides again when the form is sent.
      }
    }

    count(area) {
      const said = document.getElementById(`${area.id}-count`);
      if (!said) return;
      const { least, most } = area.dataset;
      const length = area.value.trim().length;
      const short = least && length && length < least;
      const long = most && length > most;
      if (short) said.textContent = text('too_short', { length, least });
      else if (long) said.textContent = text('too_long', { length, most });
      else said.textContent = length ? text('length', { length }) : '';
      said.toggleAttribute('data-over', Boolean(short || long));
    }

    paintChoices() {
      for (const choice of this.form.querySelectorAll('.choice')) {
        choice.classList.toggle('on', choice.querySelector('input').checked);
      }
    }

    lock(event) {
      this.sending = true;
      const pressed = event.submitter;
      setTimeout(() => {
        for (const button of this.form.querySelectorAll('[type=submit]')) button.disabled = true;
        pressed?.setAttribute('aria-busy', 'true');
      });
      if (pressed?.name.startsWith('_')) setTimeout(() => this.unlock(), 3000);
    }

    unlock() {
      this.sending = false;
      for (const button of this.form.querySelectorAll('[type=submit]')) {
        button.disabled = false;
        button.removeAttribute('aria-busy');
      }
    }
  },
);
