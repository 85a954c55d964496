// <gov-upload name action accept multiple max>: drag, paste, choose or photograph; with progress.
// What is already there, and the plain file input for browsers without JavaScript, is the server's HTML.
import { element, icon } from './dom.js';
import { csrf, text } from './texts.js';

const UNITS = ['B', 'KB', 'MB', 'GB'];

export function readable(bytes) {
  let [size, unit] = [bytes, 0];
  while (size >= 1024 && unit < UNITS.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size < 10 && unit ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

customElements.define(
  'gov-upload',
  class extends HTMLElement {
    connectedCallback() {
      if (this.list) return;
      this.list = this.querySelector('.files');
      this.prepend(this.dropZone());
      this.addEventListener('click', (event) => {
        if (event.target.closest('[data-drop]')) this.discard(event.target.closest('li'));
      });
      for (const name of ['dragover', 'dragleave', 'drop']) this.addEventListener(name, (event) => this.drag(event));
      this.addEventListener('paste', (event) => this.take(event.clipboardData.files));
    }

    dropZone() {
      const accept = this.getAttribute('accept');
      const label = this.getAttribute('label');
      const choose = this.chooser(text('choose_files'), { accept, multiple: this.hasAttribute('multiple'), 'aria-label': `${text('choose_files')}：${label}`, 'aria-describedby': this.getAttribute('describedby'), id: this.getAttribute('for') });
      const zone = element('div', { class: 'drop' }, icon('upload'), element('span', {}, text('drop_files')), choose);
      if (!accept || /image|jpe?g|png/.test(accept)) {
        zone.append(this.chooser(text('take_photo'), { accept: 'image/*', capture: 'environment', 'aria-label': `${text('take_photo')}：${label}` }));
      }
      return zone;
    }

    chooser(label, attributes) {
      const input = element('input', {
        type: 'file',
        ...attributes,
        onchange: (event) => {
          event.stopPropagation();
          this.take(input.files);
          input.value = '';
        },
      });
      return element('label', { class: 'btn btn-sm btn-outline-secondary' }, label, input);
    }

    drag(event) {
      event.preventDefault();
      this.classList.toggle('over', event.type === 'dragover');
      if (event.type === 'drop') this.take(event.dataTransfer.files);
    }

    take(files) {
      for (const file of files) this.send(file);
    }

    send(file) {
      const row = this.row(file.name, readable(file.size));
      const max = Number(this.getAttribute('max'));
      if (max && file.size > max) return this.fail(row, text('file_too_large', { max: readable(max) }));
      const bar = element('progress', { max: 1, value: 0, 'aria-label': file.name });
      row.append(bar);
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append('file', file);
      request.open('POST', this.getAttribute('action'));
      request.setRequestHeader('X-CSRFToken', csrf());
      request.setRequestHeader('Accept', 'application/json');
      request.upload.onprogress = (event) => (bar.value = event.loaded / event.total);
      request.onload = () => this.finish(request, row, bar);
      request.onerror = () => this.fail(row, text('offline'));
      row.request = request;
      request.send(body);
    }

    finish(request, row, bar) {
      bar.remove();
      let answer = {};
      try {
        answer = JSON.parse(request.response);
      } catch {
        // an error page of some proxy
      }
      if (request.status >= 300) return this.fail(row, answer.detail ?? text('server_error'));
      if (!this.hasAttribute('multiple')) for (const old of [...this.list.children]) if (old !== row) old.remove();
      row.querySelector('.name').replaceWith(element('a', { class: 'name', href: answer.url, target: '_blank' }, answer.name));
      row.append(element('input', { type: 'hidden', name: this.getAttribute('name'), value: answer.id }));
      this.tell();
    }

    row(name, size) {
      const remove = element('button', { type: 'button', class: 'btn btn-sm btn-quiet', 'data-drop': true, 'aria-label': `${text('remove')}：${name}` }, text('remove'));
      const row = element('li', {}, icon('file'), element('span', { class: 'name' }, name), element('span', { class: 'size' }, size), remove);
      this.list.append(row);
      return row;
    }

    fail(row, why) {
      row.querySelector('progress')?.remove();
      row.append(element('span', { class: 'broken', role: 'alert' }, why));
    }

    discard(row) {
      row.request?.abort();
      row.remove();
      this.tell();
    }

    tell() {
      this.dispatchEvent(new Event('change', { bubbles: true }));
    }
  },
);
