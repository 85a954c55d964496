// Notes in the corner say what just happened. Good news goes by itself; bad news waits.
import { element, icon } from './dom.js';
import { text } from './texts.js';

const STAYS = 6000;

export function note(message, kind = 'done') {
  const place = document.getElementById('notes');
  if (kind === 'error' && stands(place, message)) return; // a page that refreshes by itself fails often
  const close = element('button', { type: 'button', 'aria-label': text('close') }, '✕');
  const mark = icon(kind === 'error' ? 'alert' : 'check');
  const made = element('div', { class: 'note', 'data-kind': kind }, mark, element('span', {}, message), close);
  place.append(made);
  settle(made);
}

function stands(place, message) {
  return [...place.querySelectorAll('.note[data-kind=error] span')].some((one) => one.textContent === message);
}

export function showFlashed() {
  document.querySelectorAll('#notes .note').forEach(settle);
}

function settle(made) {
  if (made.dataset.settled) return;
  made.dataset.settled = 'yes';
  made.querySelector('button').addEventListener('click', () => made.remove());
  if (made.dataset.kind !== 'error') setTimeout(() => made.remove(), STAYS);
}

export function listenForTrouble() {
  document.addEventListener('htmx:response:error', (event) => {
    const status = event.detail?.ctx?.response?.raw?.status ?? event.detail?.ctx?.response?.status;
    if (!status || status >= 500) note(text('server_error'), 'error');
  });
  document.addEventListener('htmx:error', (event) => {
    if (event.detail?.error?.name !== 'AbortError') note(text('offline'), 'error');
  });
  document.addEventListener('htmx:after:settle', showFlashed);
}
