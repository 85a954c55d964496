// What a diagram means here: who does it, with which form, by when, with what effect. All of it is
// chosen from the catalogue, and kept where the desktop Camunda Modeler (Camunda 7) keeps it too.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { attribute, field, flag, setting } from './entries.js';
import { read, write } from './rule.js';
import { property, timerCommand, timerOf, timerText, writeProperties } from './write.js';

const name = (list) => list.map(({ value, label }) => ({ value, label }));

export class CatalogueProvider {
  constructor(propertiesPanel, catalogue) {
    this.catalogue = catalogue;
    propertiesPanel.registerProvider(200, this);
  }

  getGroups(element) {
    return (groups) => [...groups.filter((group) => !REPLACED.has(group.id)), ...this.own(element)];
  }

  own(element) {
    const groups = [];
    const add = (id, label, entries) => entries.length && groups.push({ id, label, shouldOpen: true, entries: entries.map((one) => ({ ...one, element })) });
    if (isAny(element, ['bpmn:UserTask', 'bpmn:ManualTask'])) add('gov-work', '办理', this.work());
    if (timerOf(element)) add('gov-deadline', '期限', this.deadline(element));
    if (is(element, 'bpmn:ServiceTask')) add('gov-effect', '系统动作', this.effect(element));
    if (is(element, 'bpmn:BusinessRuleTask')) add('gov-decision', '决策表', this.decision());
    if (is(element, 'bpmn:SequenceFlow')) add('gov-condition', '走向条件', this.condition(element));
    if (isAny(element, ['bpmn:Process', 'bpmn:Participant'])) add('gov-process', '流程', this.process());
    if (element.businessObject.get('name') !== undefined || is(element, 'bpmn:FlowNode')) add('gov-english', '英文', [field('gov-name-en', 'text', '英文名称', setting('name_en'))]);
    return groups;
  }

  work() {
    const { roles, forms, stages, people } = this.catalogue;
    return [
      field('gov-role', 'choice', '办理岗位', { ...attribute('camunda:candidateGroups'), options: () => name(roles) }),
      field('gov-assignee', 'choice', '指定到人（可不填）', { ...attribute('camunda:assignee'), options: () => name(people), help: '由前面的表单选定的人办理；不填则岗位上的人都可办理。' }),
      field('gov-form', 'choice', '表单', { ...attribute('camunda:formKey'), options: () => name(forms) }),
      field('gov-stage', 'choice', '进入的阶段', { ...setting('stage'), options: () => name(stages) }),
    ];
  }

  deadline(element) {
    const rule = read(timerText(element));
    const part = (key) => ({
      get: () => read(timerText(element))[key] ?? '',
      set: (target, value, use) => {
        const changed = { ...read(timerText(target)), [key]: value };
        use.commandStack.execute('properties-panel.multi-command-executor', [timerCommand(use, target, write(changed))]);
      },
    });
    const entries = [field('gov-rule-kind', 'choice', '怎样计算', { ...part('kind'), options: () => KINDS })];
    if (rule.kind === 'other') {
      entries.push(field('gov-rule-text', 'text', '表达式', part('text')));
    } else {
      if (rule.kind !== 'on') {
        entries.push(field('gov-rule-number', 'text', '数', { ...part('number'), validate: counted }));
        entries.push(field('gov-rule-unit', 'choice', '单位', { ...part('unit'), options: () => UNITS }));
      }
      if (['before', 'after', 'on'].includes(rule.kind)) {
        entries.push(field('gov-rule-date', 'choice', '日期', { ...part('date'), options: () => name(this.catalogue.dates) }));
      }
    }
    return [...entries, ...this.law()];
  }

  law() {
    const codes = this.catalogue.limits;
    const code = {
      get: (element) => property(element.businessObject, 'code'),
      set: (element, value, use) => {
        const known = codes.find((one) => one.value === value);
        const values = known ? { code: value, article: known.article, article_en: known.article_en } : { code: value };
        writeProperties(use, element, values);
      },
    };
    return [
      field('gov-is-deadline', 'yes', '是该环节的办理期限', flag('deadline')),
      field('gov-code', 'choice', '期限规则编号', { ...code, options: () => name(codes), help: '本县采用的期限规则对该编号另有规定的，从其规定。' }),
      field('gov-article', 'long', '依据', setting('article')),
      field('gov-article-en', 'long', '依据（英文）', setting('article_en')),
    ];
  }

  effect(element) {
    const { effects } = this.catalogue;
    const topic = {
      get: (target) => target.businessObject.get('camunda:topic') ?? '',
      set: (target, value, { modeling }) => modeling.updateProperties(target, { 'camunda:type': value ? 'external' : undefined, 'camunda:topic': value || undefined }),
    };
    const chosen = effects.find((one) => one.value === topic.get(element));
    const params = (chosen?.params ?? []).map((param) => {
      const label = param.required ? `${param.label} *` : param.label;
      const more = param.options ? { options: () => name(param.options) } : {};
      return field(`gov-param-${param.name}`, param.options ? 'choice' : 'text', label, { ...setting(param.name), ...more });
    });
    return [field('gov-topic', 'choice', '动作', { ...topic, options: () => name(effects) }), ...params];
  }

  decision() {
    return [field('gov-decision-ref', 'choice', '决策表', { ...attribute('camunda:decisionRef'), options: () => name(this.catalogue.decisions) })];
  }

  condition(element) {
    if (!isAny(element.source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'])) return [];
    const gateway = element.source;
    const isDefault = () => gateway.businessObject.get('default') === element.businessObject;
    const byDefault = {
      get: isDefault,
      set: (target, value, { modeling }) => modeling.updateProperties(gateway, { default: value ? target.businessObject : undefined }),
    };
    const expression = {
      get: (target) => target.businessObject.get('conditionExpression')?.get('body') ?? '',
      set: (target, value, { modeling, bpmnFactory }) =>
        modeling.updateProperties(target, { conditionExpression: value ? bpmnFactory.create('bpmn:FormalExpression', { body: value }) : undefined }),
    };
    const known = this.catalogue.variables.map((one) => one.value).join('、');
    const entries = [field('gov-default', 'yes', '其他情况走这里（默认）', byDefault)];
    if (!isDefault()) entries.push(field('gov-expression', 'long', '条件', { ...expression, help: `例如 passed == 'yes'。可用变量：${known}` }));
    return entries;
  }

  process() {
    return [
      field('gov-subject', 'choice', '每件流程针对', { ...setting('subject'), options: () => [{ value: 'case', label: '一个问题' }, { value: 'none', label: '不针对问题' }] }),
      field('gov-variables', 'long', '发起时带入的变量', { ...setting('variables'), help: '用英文逗号分隔。' }),
    ];
  }
}

CatalogueProvider.$inject = ['propertiesPanel', 'config.catalogue'];

// Groups of the general panel that ours take the place of.
const REPLACED = new Set(['timer', 'condition', 'CamundaPlatform__Condition']);

const KINDS = [
  { value: 'after_start', label: '自进入环节起' },
  { value: 'on', label: '到某个日期' },
  { value: 'before', label: '某个日期之前' },
  { value: 'after', label: '某个日期之后' },
  { value: 'every', label: '每隔一段时间' },
  { value: 'other', label: '其他（表达式）' },
];

const UNITS = [
  { value: 'workdays', label: '个工作日' },
  { value: 'days', label: '日（自然日）' },
  { value: 'months', label: '个月' },
  { value: 'years', label: '年' },
  { value: 'hours', label: '小时' },
  { value: 'minutes', label: '分钟' },
];

const counted = (value) => (!value || /^\d{1,4}$/.test(value) || /^[a-z_]\w*$/i.test(value) ? null : '请填 1 到 9999 的整数，或变量名。');

export default { __init__: ['cataloguePanel'], cataloguePanel: ['type', CatalogueProvider] };
