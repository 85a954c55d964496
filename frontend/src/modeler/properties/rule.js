// A deadline rule as its parts, and back: workdays(10), before(due, days(3)), every(months(1)), due.
const UNIT = '(workdays|days|months|years|hours|minutes)';
const NUMBER = '\\(\\s*([\\w\\u4e00-\\u9fff]+)\\s*\\)';
const SPAN = new RegExp(`^${UNIT}${NUMBER}$`);
const ANCHORED = new RegExp(`^(before|after)\\(\\s*([\\w\\u4e00-\\u9fff]+)\\s*,\\s*${UNIT}${NUMBER}\\s*\\)$`);
const EVERY = new RegExp(`^every\\(\\s*${UNIT}${NUMBER}\\s*\\)$`);
const NAME = /^[a-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*$/i;
const NONE = { kind: 'after_start', unit: 'workdays', number: '', date: '' };

// isCycle: it stands where a cycle stands; a bare name means another thing there.
export function read(text, isCycle = false) {
  const bare = text.trim().replace(/^\$\{(.*)\}$/, '$1').trim();
  let match;
  if (!bare) return NONE;
  if ((match = SPAN.exec(bare))) return { ...NONE, unit: match[1], number: match[2] };
  if ((match = EVERY.exec(bare))) return { ...NONE, kind: 'every', unit: match[1], number: match[2] };
  if ((match = ANCHORED.exec(bare))) return { kind: match[1], date: match[2], unit: match[3], number: match[4] };
  if (NAME.test(bare)) return { ...NONE, kind: isCycle ? 'cycle' : 'on', date: bare };
  return { ...NONE, kind: 'other', text: bare };
}

export function write({ kind, unit, number, date, text }) {
  const span = `${unit}(${number || 1})`;
  switch (kind) {
    case 'after_start': return span;
    case 'every': return `every(${span})`;
    case 'before':
    case 'after': return date ? `${kind}(${date}, ${span})` : '';
    case 'on':
    case 'cycle': return date;
    default: return text ?? '';
  }
}

// In which of a timer's three places a rule belongs.
export function place({ kind }, text) {
  if (kind === 'every' || kind === 'cycle' || /^(every\(|R\d*\/)/.test(text)) return 'timeCycle';
  return SPAN.test(text) || /^P/.test(text) ? 'timeDuration' : 'timeDate';
}
