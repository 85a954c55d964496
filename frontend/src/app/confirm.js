// <button data-confirm="…"> asks before it submits. Without JavaScript the button just submits.
import { element } from './dom.js';
import { text } from './texts.js';

export function confirmed(question) {
  return new Promise((resolve) => {
    const answer = (value) => () => dialog.close(value);
    const title = element('h2', { id: 'confirm-title' }, question);
    const cancel = element('button', { type: 'button', class: 'btn btn-outline-secondary', onclick: answer('') }, text('cancel'));
    const go = element('button', { type: 'button', class: 'btn btn-primary', onclick: answer('yes') }, text('ok'));
    const dialog = element('dialog', { 'aria-labelledby': 'confirm-title' }, title, element('div', { class: 'actions' }, cancel, go));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function askFirst() {
  document.addEventListener(
    'click',
    async (event) => {
      const button = event.target.closest('[data-confirm]');
      if (!button || button.dataset.asked) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!(await confirmed(button.dataset.confirm))) return;
      button.dataset.asked = 'yes';
      button.click();
      delete button.dataset.asked;
    },
    true,
  );
}
