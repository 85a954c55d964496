// Sentences with gaps, and small elements, without ever reading text as markup.
export const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

export function made(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export function save(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  made('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
