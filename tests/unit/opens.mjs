// Reads BPMN files as the desktop modeler does; prints what it warns of and what isn't drawn.
import { readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json' with { type: 'json' };

const found = {};
for (const file of process.argv.slice(2)) {
  const moddle = new BpmnModdle({ camunda });
  const { rootElement, warnings, elementsById } = await moddle.fromXML(readFileSync(file, 'utf8'));
  const drawn = new Set(
    rootElement.diagrams.flatMap((one) => one.plane.planeElement.map((item) => item.bpmnElement?.id)),
  );
  const shown = ['bpmn:FlowNode', 'bpmn:SequenceFlow', 'bpmn:Participant', 'bpmn:Lane'];
  const missing = Object.values(elementsById)
    .filter((one) => shown.some((kind) => one.$instanceOf(kind)) && !drawn.has(one.id))
    .map((one) => one.id);
  const platform = rootElement.$attrs['modeler:executionPlatform'];
  found[file] = { warnings: warnings.map((one) => one.message), missing, platform };
}
console.log(JSON.stringify(found));
