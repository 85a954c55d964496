// The words of the interface come from the server, in the reader's language.
let words;

export function text(key, values = {}) {
  words ??= JSON.parse(document.getElementById('texts')?.textContent || '{}');
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

export function csrf() {
  return document.querySelector('meta[name=csrf-token]')?.content ?? '';
}

export function post(url, body) {
  return fetch(url, {
    method: 'POST',
    body,
    credentials: 'same-origin',
    headers: { 'X-CSRFToken': csrf(), Accept: 'application/json' },
  });
}
