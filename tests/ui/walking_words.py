"""A walk through the drawing board's menus, pads and panels, for words that nobody translated."""

#: Returns what has no translation. A brief walk leaves out the menus, whose words are the
#: editor's own: for English they need no translation.
WALK = """async (isBrief) => {
  const m = document.querySelector('gov-modeler').modeler;
  const [registry, selection, pad, popup, factory, modeling, canvas] =
    ['elementRegistry', 'selection', 'contextPad', 'popupMenu', 'elementFactory', 'modeling',
      'canvas'].map((name) => m.get(name));
  const breath = (ms) => new Promise((done) => setTimeout(done, ms));
  const parent = registry.find((one) => one.type === 'bpmn:Participant');
  const made = [];
  const make = (attrs, host) => {
    const at = {x: 300 + made.length * 8, y: 300};
    try {
      const shape = factory.createShape(attrs);
      made.push(host ? modeling.createShape(shape, {x: host.x, y: host.y}, host, {attach: true})
        : modeling.createShape(shape, at, parent));
    } catch { /* not every event may stand everywhere */ }
  };
  for (const type of ['Task', 'UserTask', 'ServiceTask', 'ManualTask', 'ScriptTask',
    'BusinessRuleTask', 'SendTask', 'ReceiveTask', 'CallActivity', 'SubProcess', 'Transaction',
    'AdHocSubProcess', 'ExclusiveGateway', 'ParallelGateway', 'InclusiveGateway',
    'EventBasedGateway', 'ComplexGateway', 'StartEvent', 'EndEvent', 'IntermediateThrowEvent',
    'TextAnnotation', 'DataObjectReference', 'DataStoreReference', 'Group'])
    make({type: `bpmn:${type}`});
  const host = made[1];
  const events = ['Timer', 'Message', 'Signal', 'Error', 'Escalation', 'Conditional',
    'Compensate', 'Link', 'Terminate', 'Cancel'];
  for (const event of isBrief ? ['Timer'] : events)
    for (const type of ['IntermediateCatchEvent', 'IntermediateThrowEvent', 'BoundaryEvent',
      'EndEvent', 'StartEvent'])
      make({type: `bpmn:${type}`, eventDefinitionType: `bpmn:${event}EventDefinition`},
        type === 'BoundaryEvent' ? host : null);
  const kinds = new Map();
  for (const one of registry.getAll()) {
    const events = (one.businessObject?.eventDefinitions ?? []).map((event) => event.$type);
    kinds.set([one.type, ...events].join(), one);
  }
  const seen = new Set();
  for (const one of kinds.values()) {
    if (one === canvas.getRootElement()) selection.select([]);
    else { selection.select(one); pad.open(one); }
    await breath(12);
    const all = ['bpmn-replace', 'bpmn-append', 'color-picker'];
    const menus = seen.has(one.type) || isBrief ? [] : all;
    seen.add(one.type);
    for (const menu of menus) {
      if (popup.isEmpty(one, menu)) continue;
      popup.open(one, menu, {x: 10, y: 10});
      await breath(6);
      popup.close();
    }
    const closed = '.bio-properties-panel-group-header:not(.open)';
    for (const head of document.querySelectorAll(closed)) head.click();
    await breath(6);
  }
  for (const fix of ['clocks', 'deadline']) {
    selection.select(host);
    m.get('commandStack').execute('gov.addClock', {task: host, isDeadline: fix === 'deadline'});
    await breath(12);
  }
  selection.select(made.slice(0, 3));
  await breath(12);
  popup.open(made.slice(0, 3), 'align-elements', {x: 1, y: 1});
  await breath(12);
  popup.close();
  popup.open(canvas.getRootElement(), 'bpmn-create', {x: 10, y: 10});
  await breath(12);
  popup.close();
  m.get('searchPad').toggle();
  await breath(12);
  m.get('searchPad').toggle();
  m.get('minimap').close();
  m.get('minimap').open();
  document.querySelector("[data-do='keys']").click();
  document.querySelector("[data-do='shut']").click();
  return [...window.missingWords].sort();
}"""
