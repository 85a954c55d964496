// When a clock runs out, and by which article.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { act, field, flag, setting } from './entries.js';
import { read } from './rule.js';
import { property, timerCommand, timerOf, timerRule, writeProperties } from './write.js';

const own = (pairs) => Object.entries(pairs).map(([value, label]) => ({ value, label, own: true }));

const KINDS = own({
  after_start: '自进入环节起', on: '到某个日期', before: '某个日期之前', after: '某个日期之后',
  every: '每隔一段时间', cycle: '按变量给出的周期', other: '其他（表达式）',
});
const UNITS = own({ workdays: '个工作日', days: '日（自然日）', months: '个月', years: '年', hours: '小时', minutes: '分钟' });
const counted = (value) => (!value || /^[1-9]\d{0,3}$/.test(value) ? null : '请填 1 到 9999 的整数。');
const execute = ({ commandStack }, commands) => commandStack.execute('properties-panel.multi-command-executor', commands);
const now = (clock) => read(timerRule(clock).text, timerRule(clock).isCycle);

// The clocks on a task: its deadline, its reminders, and buttons to draw more.
export function clocksOf(task, catalogue) {
  const clocks = (task.attachers ?? []).filter((one) => is(one, 'bpmn:BoundaryEvent') && timerOf(one));
  const isDeadline = (one) => property(one.businessObject, 'deadline') === 'true';
  const add = (kind) => (element, { commandStack }) => commandStack.execute('gov.addClock', { task: element, isDeadline: kind });
  const groups = [...clocks.filter(isDeadline), ...clocks.filter((one) => !isDeadline(one))].map((clock) => ({
    id: `gov-clock-${clock.id}`,
    label: isDeadline(clock) ? '办理期限' : '提醒与计时',
    more: clock.businessObject.get('name')?.replace(/\s+/g, '') ?? '',
    shouldOpen: isDeadline(clock),
    about: clock,
    entries: [...deadline(clock, catalogue), ...act(`gov-show-${clock.id}`, '到图上选定这个计时', (element, { selection }) => selection.select(element))],
  }));
  const entries = [...(clocks.some(isDeadline) ? [] : act('gov-add-deadline', '设办理期限', add(true))), ...act('gov-add-reminder', '加一个提醒', add(false))];
  return [...groups, { id: 'gov-clocks', label: '期限与提醒', shouldOpen: true, entries }];
}

export function deadline(clock, catalogue) {
  const part = (key) => ({
    get: (element) => now(element)[key] ?? '',
    set: (element, value, use) => execute(use, [timerCommand(use, element, changed(now(element), key, value, catalogue))]),
  });
  const id = (name) => `gov-${name}-${clock.id}`;
  const rule = now(clock);
  const isSpan = !['on', 'cycle', 'other'].includes(rule.kind);
  const numbers = catalogue.variables.filter((one) => one.kind === 'number');
  const isNumber = /^\d*$/.test(rule.number);
  const source = {
    get: (element) => (/^\d*$/.test(now(element).number) ? '' : now(element).number),
    set: (element, value, use) => part('number').set(element, value || '1', use),
  };
  return [
    ...law(id, catalogue),
    ...field(id('kind'), 'choice', '怎样计算', { ...part('kind'), options: () => KINDS }),
    ...field(id('date'), 'choice', '日期', { ...part('date'), options: () => catalogue.dates, isShown: ['before', 'after', 'on'].includes(rule.kind) }),
    ...field(id('cycle'), 'choice', '周期', { ...part('date'), options: () => cycles(catalogue), isShown: rule.kind === 'cycle' }),
    ...field(id('number'), 'text', '数', { ...part('number'), validate: counted, isShown: isSpan && isNumber }),
    ...field(id('source'), 'choice', '数取自变量（不选则按上面填写）', { ...source, options: () => numbers, isShown: isSpan && (numbers.length > 0 || !isNumber) }),
    ...field(id('unit'), 'choice', '单位', { ...part('unit'), options: () => UNITS, isShown: isSpan }),
    ...field(id('text'), 'text', '表达式', { ...part('text'), isShown: rule.kind === 'other' }),
    ...field(id('is-deadline'), 'yes', '是该环节的办理期限', flag('deadline')),
  ];
}

const cycles = ({ variables }) => variables.filter((one) => one.kind === 'cycle');

// A kind of rule that needs a date begins with the first there is.
function changed(rule, key, value, catalogue) {
  const next = { ...rule, [key]: value };
  if (key !== 'kind') return next;
  const dates = value === 'cycle' ? cycles(catalogue) : catalogue.dates;
  const wants = ['before', 'after', 'on', 'cycle'].includes(value);
  if (wants && !dates.some((one) => one.value === next.date)) next.date = dates[0]?.value ?? 'due';
  if (value === 'other') next.text = timerText(rule);
  return next;
}

const timerText = (rule) => rule.text ?? `${rule.unit}(${rule.number || 1})`;

// Choosing a number of the rule book takes its length and its article over, in one step.
function law(id, catalogue) {
  const code = {
    get: (element) => property(element.businessObject, 'code'),
    set: (element, value, use) => {
      const known = catalogue.limits.find((one) => one.value === value);
      const more = known?.number ? [timerCommand(use, element, { ...now(element), kind: spanKind(now(element).kind), number: known.number, unit: known.unit })] : [];
      writeProperties(use, element, known ? { code: value, article: known.article, article_en: known.article_en } : { code: value }, more);
    },
  };
  return [
    ...field(id('code'), 'choice', '期限规则编号', { ...code, options: () => catalogue.limits, help: '选定后带入时长和依据；本县采用的期限规则对该编号另有规定的，从其规定。' }),
    ...field(id('article'), 'long', '依据', setting('article')),
    ...field(id('article-en'), 'long', '依据（英文）', setting('article_en')),
  ];
}

const spanKind = (kind) => (['before', 'after', 'every'].includes(kind) ? kind : 'after_start');
