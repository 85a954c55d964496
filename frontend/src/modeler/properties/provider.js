// What a diagram means here: who does it, with which form, by when, with what effect. All of it is
// chosen from the catalogue, and kept where the desktop Camunda Modeler (Camunda 7) keeps it too.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { clocksOf, deadline } from './deadline.js';
import { attribute, field, setting, several } from './entries.js';
import { flow } from './flow.js';
import { property, timerOf } from './write.js';

// Groups of the general panel that ours take the place of.
const REPLACED = new Set(['timer', 'condition']);
const BEGINNINGS = [{ value: 'program', label: '由系统动作发起', own: true }];
const SUBJECTS = [{ value: 'case', label: '一个问题', own: true }, { value: 'none', label: '不针对问题', own: true }];

// An effect on a case can only stand in a process about one.
function isAboutCase(element) {
  let bo = element.businessObject;
  while (bo && !is(bo, 'bpmn:Process')) bo = bo.$parent;
  return !bo || property(bo, 'subject') === 'case';
}

export class CatalogueProvider {
  constructor(propertiesPanel, catalogue, translate) {
    Object.assign(this, { catalogue, translate });
    propertiesPanel.registerProvider(200, this);
  }

  getGroups(element) {
    return (groups) => {
      const theirs = groups.filter((group) => !REPLACED.has(group.id));
      const general = theirs.filter((group) => group.id === 'general');
      const shown = [...general, ...this.own(element), ...theirs.filter((group) => group.id !== 'general')];
      return shown.map((group) => ({ ...group, translate: this.translate })); // else their tips stay English
    };
  }

  own(element) {
    const groups = this.groups(element).filter((group) => group.entries.length);
    return groups.map(({ label, more = '', entries, about = element, ...group }) => ({
      shouldOpen: true,
      ...group,
      label: `${this.translate(label)}${more && `：${more}`}`,
      entries: entries.map((one) => ({ ...one, about })),
    }));
  }

  groups(element) {
    const group = (id, label, entries) => ({ id, label, entries });
    const named = is(element, 'bpmn:FlowElement') || isAny(element, ['bpmn:Process', 'bpmn:Participant', 'bpmn:Lane']);
    return [
      ...(isAny(element, ['bpmn:UserTask', 'bpmn:ManualTask']) || element.type === 'bpmn:Task' ? [group('gov-work', '办理', this.work()), ...clocksOf(element, this.catalogue)] : []),
      ...(timerOf(element) ? [group('gov-deadline', '期限', deadline(element, this.catalogue))] : []),
      ...(is(element, 'bpmn:ServiceTask') ? [group('gov-effect', '系统动作', this.effect(element))] : []),
      ...(is(element, 'bpmn:BusinessRuleTask') ? [group('gov-decision', '决策表', this.decision())] : []),
      ...(is(element, 'bpmn:ScriptTask') ? [group('gov-script', '计算', this.script())] : []),
      ...(is(element, 'bpmn:SequenceFlow') ? [group('gov-condition', '走向条件', flow(element, this.catalogue))] : []),
      ...(isAny(element, ['bpmn:Process', 'bpmn:Participant', 'bpmn:Collaboration']) ? [group('gov-process', '流程', this.process())] : []),
      ...(named ? [{ ...group('gov-english', '英文', field('gov-name-en', 'text', '英文名称', setting('name_en'))), shouldOpen: false }] : []),
    ];
  }

  work() {
    const { roles, forms, stages, people } = this.catalogue;
    return [
      ...field('gov-role', 'choice', '办理岗位', { ...attribute('camunda:candidateGroups'), options: () => roles }),
      ...field('gov-form', 'choice', '表单', { ...attribute('camunda:formKey'), options: () => forms }),
      ...field('gov-assignee', 'choice', '指定到人（可不选）', { ...attribute('camunda:assignee'), options: () => people, help: '由前面的表单选定的人办理；不选则岗位上的人都可办理。' }),
      ...field('gov-stage', 'choice', '进入的阶段', { ...setting('stage'), options: () => stages }),
    ];
  }

  effect(element) {
    const { effects } = this.catalogue;
    const topic = {
      get: (target) => target.businessObject.get('camunda:topic') ?? '',
      set: (target, value, { modeling }) => modeling.updateProperties(target, { 'camunda:type': value ? 'external' : undefined, 'camunda:topic': value || undefined }),
    };
    const chosen = effects.find((one) => one.value === topic.get(element));
    const possible = isAboutCase(element) ? effects : effects.filter((one) => one.anywhere);
    return [...field('gov-topic', 'choice', '动作', { ...topic, options: () => possible }), ...(chosen?.params ?? []).flatMap((one) => this.param(one))];
  }

  param({ name, label, required, options, several: isSeveral }) {
    const id = `gov-param-${name}`;
    const words = required ? `${label} *` : label;
    if (isSeveral) return several(id, words, { ...setting(name), options });
    return field(id, options ? 'choice' : 'text', words, { ...setting(name), ...(options ? { options: () => options } : {}) });
  }

  decision() {
    return field('gov-decision-ref', 'choice', '决策表', { ...attribute('camunda:decisionRef'), options: () => this.catalogue.decisions });
  }

  script() {
    const script = {
      get: (element) => element.businessObject.get('script') ?? '',
      set: (element, value, { modeling }) => modeling.updateProperties(element, { script: value || undefined, scriptFormat: 'xiaohao' }),
    };
    return field('gov-script', 'long', '算式', { ...script, help: '每行一个，例如 plan_returns = plan_returns + 1。' });
  }

  process() {
    const { roles, titles } = this.catalogue;
    return [
      ...field('gov-subject', 'choice', '每件流程针对', { ...setting('subject'), options: () => SUBJECTS }),
      ...field('gov-started-by', 'choice', '发起方式', { ...setting('started_by'), options: () => BEGINNINGS, help: '不选即由人员发起。' }),
      ...several('gov-starters', '可以发起的岗位（不选则为督导办）', { ...setting('starters'), options: roles }),
      ...field('gov-title', 'choice', '标题取自', { ...setting('title'), options: () => titles, help: '同一种流程有多件在办时，以此栏所填内容区分，如姓名。' }),
      ...several('gov-variables', '发起时带入的变量', { ...setting('variables'), options: this.catalogue.started_with }),
    ];
  }
}

CatalogueProvider.$inject = ['propertiesPanel', 'config.catalogue', 'translate'];

export default { __init__: ['cataloguePanel'], cataloguePanel: ['type', CatalogueProvider] };
