// Every change of a setting is one command, and so one step of undo.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { place, write } from './rule.js';

const extension = (bo, type) => bo.get('extensionElements')?.get('values').find((one) => is(one, type));

export function property(bo, name) {
  const all = extension(bo, 'camunda:Properties')?.get('values') ?? [];
  return all.find((one) => one.name === name)?.value ?? '';
}

// Set some camunda:property values; an empty one is taken away.
export function writeProperties(services, element, values, more = []) {
  const { bpmnFactory, commandStack } = services;
  const bo = settingsOf(element);
  const commands = [...more];
  const make = (type, attrs, parent) => Object.assign(bpmnFactory.create(type, attrs), { $parent: parent });
  const update = (moddleElement, changed) =>
    commands.push({ cmd: 'element.updateModdleProperties', context: { element, moddleElement, properties: changed } });

  let holder = bo.get('extensionElements');
  if (!holder) {
    holder = make('bpmn:ExtensionElements', { values: [] }, bo);
    update(bo, { extensionElements: holder });
  }
  let list = extension(bo, 'camunda:Properties');
  if (!list) {
    list = make('camunda:Properties', { values: [] }, holder);
    update(holder, { values: [...holder.get('values'), list] });
  }
  const kept = list.get('values').filter((one) => !(one.name in values));
  const added = Object.entries(values)
    .filter(([, value]) => value !== '' && value !== undefined && value !== null && value !== false)
    .map(([name, value]) => make('camunda:Property', { name, value: String(value) }, list));
  update(list, { values: [...kept, ...added] });
  commandStack.execute('properties-panel.multi-command-executor', commands);
}

// A pool shows the settings of its process, and a drawing of pools those of the first.
export function settingsOf(element) {
  const bo = element.businessObject;
  const pool = is(bo, 'bpmn:Collaboration') ? bo.get('participants')[0] : bo;
  return is(pool, 'bpmn:Participant') && pool.get('processRef') ? pool.get('processRef') : bo;
}

export function timerOf(element) {
  const definitions = element.businessObject.get?.('eventDefinitions') ?? [];
  return definitions.find((one) => is(one, 'bpmn:TimerEventDefinition'));
}

// → {text, isCycle}
export function timerRule(element) {
  const timer = timerOf(element);
  const cycle = timer?.get('timeCycle');
  const body = cycle ?? timer?.get('timeDate') ?? timer?.get('timeDuration');
  return { text: body?.get('body') ?? '', isCycle: Boolean(cycle) };
}

// Write a timer's rule where its kind belongs: a cycle, a length, or a moment.
export function timerCommand({ bpmnFactory }, element, rule) {
  const timer = timerOf(element);
  const text = write(rule);
  const body = text ? bpmnFactory.create('bpmn:FormalExpression', { body: text }) : undefined;
  if (body) body.$parent = timer;
  const changed = { timeDate: undefined, timeDuration: undefined, timeCycle: undefined, [place(rule, text)]: body };
  return { cmd: 'element.updateModdleProperties', context: { element, moddleElement: timer, properties: changed } };
}
