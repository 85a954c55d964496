// A deadline rule as its parts, and back: workdays(10), before(due, days(3)), every(months(1)), due.
const UNITS = 'workdays|days|months|years|hours|minutes';
const SPAN = new RegExp(`^(${UNITS})\\(\\s*([\\w\\u4e00-\\u9fff]+)\\s*\\)$`);
const ANCHORED = new RegExp(`^(before|after)\\(\\s*([^,]+?)\\s*,\\s*(${UNITS})\\(\\s*([\\w\\u4e00-\\u9fff]+)\\s*\\)\\s*\\)$`);
const EVERY = new RegExp(`^every\\(\\s*(${UNITS})\\(\\s*([\\w\\u4e00-\\u9fff]+)\\s*\\)\\s*\\)$`);

export function read(text) {
  const bare = text.trim().replace(/^\$\{(.*)\}$/, '$1').trim();
  let match;
  if (!bare) return { kind: 'after_start', unit: 'workdays', number: '', date: '' };
  if ((match = SPAN.exec(bare))) return { kind: 'after_start', unit: match[1], number: match[2], date: '' };
  if ((match = EVERY.exec(bare))) return { kind: 'every', unit: match[1], number: match[2], date: '' };
  if ((match = ANCHORED.exec(bare))) return { kind: match[1], date: match[2], unit: match[3], number: match[4] };
  if (/^[a-z_]\w*$/i.test(bare)) return { kind: 'on', unit: 'workdays', number: '', date: bare };
  return { kind: 'other', unit: 'workdays', number: '', date: '', text: bare };
}

export function write({ kind, unit, number, date, text }) {
  const span = `${unit}(${number || 1})`;
  switch (kind) {
    case 'after_start': return span;
    case 'every': return `every(${span})`;
    case 'before':
    case 'after': return `${kind}(${date || 'due'}, ${span})`;
    case 'on': return date || 'due';
    default: return text ?? '';
  }
}
