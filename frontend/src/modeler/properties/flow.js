// Which way a process goes: a variable, compared with something; or the way of all else.
import { isAny } from 'bpmn-js/lib/util/ModelUtil';
import { field } from './entries.js';

const own = (pairs) => Object.entries(pairs).map(([value, label]) => ({ value, label, own: true }));

const SAME = own({ '==': '是', '!=': '不是' });
const ORDERED = own({ '==': '等于', '!=': '不等于', '>': '大于', '>=': '不小于', '<': '小于', '<=': '不大于' });
const EITHER = own({ yes: '是', no: '否' });
const COMPARED = /^(\w+)\s*(==|!=|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(-?\d+(?:\.\d+)?))$/;
const TRUTH = /^(not\s+)?(\w+)$/;

// "${passed == 'yes'}" → {name, sign, value}; nothing if it says more than that.
export function readCondition(text) {
  const bare = text.trim().replace(/^\$\{([\s\S]*)\}$/, '$1').trim();
  let match;
  if ((match = COMPARED.exec(bare))) return { name: match[1], sign: match[2], value: match[3] ?? match[4] ?? match[5], isNumber: match[5] !== undefined };
  if ((match = TRUTH.exec(bare))) return { name: match[2], sign: '==', value: match[1] ? 'no' : 'yes', isTruth: true };
  return null;
}

export function writeCondition({ name, sign, value }, kind) {
  if (kind === 'yes') return `\${${(value === 'no') !== (sign === '!=') ? 'not ' : ''}${name}}`;
  const operand = kind === 'number' && /^-?\d+(\.\d+)?$/.test(value) ? value : `"${value.replace(/"/g, '')}"`;
  return `\${${name} ${sign} ${operand}}`;
}

export function flow(element, catalogue) {
  const gateway = element.source;
  if (!isAny(gateway, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'])) return [];
  const isDefault = (target) => gateway.businessObject.get('default') === target.businessObject;
  const otherwise = {
    get: isDefault,
    set: (target, value, { modeling }) => modeling.updateProperties(gateway, { default: value ? target.businessObject : undefined }),
  };
  const entries = field('gov-default', 'yes', '其他情况走这里（默认）', otherwise);
  return isDefault(element) ? entries : [...entries, ...condition(element, catalogue)];
}

function condition(element, catalogue) {
  const text = (target) => target.businessObject.get('conditionExpression')?.get('body') ?? '';
  const put = (target, body, { modeling, bpmnFactory }) =>
    modeling.updateProperties(target, { conditionExpression: body ? bpmnFactory.create('bpmn:FormalExpression', { body }) : undefined });
  const variable = (name) => catalogue.variables.find((one) => one.value === name);
  const now = (target) => readCondition(text(target)) ?? { name: '', sign: '==', value: '' };
  const known = now(element);
  const chosen = variable(known.name);
  const kind = chosen?.kind ?? (known.isTruth ? 'yes' : known.isNumber ? 'number' : 'text');
  const isFree = Boolean(text(element)) && !readCondition(text(element));
  const part = (key) => ({
    get: (target) => now(target)[key],
    set: (target, value, use) => {
      if (key === 'name' && !value) return put(target, '', use);
      const next = { ...now(target), [key]: value };
      if (key === 'name') Object.assign(next, begun(variable(value)));
      return put(target, writeCondition(next, variable(next.name)?.kind ?? kind), use);
    },
  });
  const options = kind === 'yes' ? EITHER : chosen?.options ?? [];
  const isShown = Boolean(known.name) && !isFree;
  const expression = { get: text, set: put };
  return [
    ...field('gov-condition-variable', 'choice', '变量', { ...part('name'), options: () => catalogue.variables, isShown: !isFree }),
    ...field('gov-condition-sign', 'choice', '比较', { ...part('sign'), options: () => (kind === 'number' ? ORDERED : SAME), isShown: isShown && kind !== 'yes' }),
    ...field('gov-condition-value', options.length ? 'choice' : 'text', '值', { ...part('value'), ...(options.length ? { options: () => options } : {}), isShown }),
    ...field('gov-expression', 'long', '条件表达式', { ...expression, help: '一般由上面选定；更复杂的条件在此书写，例如 cycle > 1 and not reassigned。' }),
  ];
}

// A newly chosen variable begins with the first of its values.
const begun = (variable) => ({ sign: '==', value: variable?.kind === 'yes' ? 'yes' : variable?.options[0]?.value ?? (variable?.kind === 'number' ? '1' : '') });
