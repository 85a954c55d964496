// A deadline or a reminder of a task, drawn in one step: the clock on its edge, what it does, and
// its end. One step back takes all of it away again.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { writeProperties } from './write.js';

const RULE = 'workdays(5)';

class AddClock {
  constructor(modeling, eventBus, elementFactory, bpmnFactory, commandStack) {
    Object.assign(this, { modeling, eventBus, elementFactory, bpmnFactory, commandStack });
  }

  preExecute(context) {
    const { task, isDeadline } = context;
    const clock = this.clock(context);
    const reminder = this.append(clock, this.elementFactory.createShape({ type: 'bpmn:ServiceTask' }));
    const name = task.businessObject.get('name')?.replace(/\s+/g, '') ?? '';
    this.modeling.updateProperties(reminder, { name: `催办${name}`, 'camunda:type': 'external', 'camunda:topic': 'remind' });
    const notice = isDeadline ? 'step_due' : 'step_coming';
    writeProperties(this, reminder, { notice, to: task.businessObject.get('camunda:candidateGroups'), name_en: 'Remind' });
    this.append(reminder, this.elementFactory.createShape({ type: 'bpmn:EndEvent' }));
    context.clock = clock;
  }

  // Where there is room; unlike a piece from the menus, it is neither selected nor to be named.
  append(source, shape) {
    const position = this.eventBus.fire('autoPlace', { source, shape });
    return this.modeling.appendShape(source, shape, position, source.parent);
  }

  clock(context) {
    const { task, isDeadline } = context;
    const there = task.attachers.filter((one) => is(one, 'bpmn:BoundaryEvent')).length;
    const attrs = { type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false };
    const position = { x: task.x + Math.min(20 + 40 * there, task.width - 10), y: task.y + task.height };
    const clock = this.modeling.createShape(this.elementFactory.createShape(attrs), position, task, { attach: true });
    this.modeling.updateProperties(clock, { name: isDeadline ? '期限届满' : '该提醒了' });
    writeProperties(this, clock, isDeadline ? { deadline: 'true', name_en: 'Time is up' } : { name_en: 'Time to remind' });
    const timer = clock.businessObject.get('eventDefinitions')[0];
    const body = Object.assign(this.bpmnFactory.create('bpmn:FormalExpression', { body: RULE }), { $parent: timer });
    this.modeling.updateModdleProperties(clock, timer, { timeDuration: body });
    return clock;
  }
}

AddClock.$inject = ['modeling', 'eventBus', 'elementFactory', 'bpmnFactory', 'commandStack'];

// The panel of a task shows its clocks too, and must follow when only they change.
class Clocks {
  constructor(commandStack, eventBus, selection) {
    commandStack.registerHandler('gov.addClock', AddClock);
    eventBus.on('commandStack.changed', () => {
      const [only, ...others] = selection.get();
      if (only && !others.length && is(only, 'bpmn:Activity')) eventBus.fire('propertiesPanel.providersChanged');
    });
  }
}

Clocks.$inject = ['commandStack', 'eventBus', 'selection'];

export default { __init__: ['clocks'], clocks: ['type', Clocks] };
