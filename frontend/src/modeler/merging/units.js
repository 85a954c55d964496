// A drawing as its elements, each with what it says and how it looks, so that two can be compared
// and put together element by element.
const CONTAINERS = new Set(['definitions', 'process', 'subProcess', 'transaction', 'adHocSubProcess', 'collaboration', 'laneSet', 'childLaneSet', 'lane']);
const PARTS = new Set([
  'extensionElements', 'documentation', 'incoming', 'outgoing', 'flowNodeRef', 'ioSpecification', 'property',
  'standardLoopCharacteristics', 'multiInstanceLoopCharacteristics', 'import',
]);
const WIRING = new Set(['incoming', 'outgoing', 'flowNodeRef']);
const REFERENCES = ['sourceRef', 'targetRef', 'attachedToRef', 'processRef', 'dataObjectRef', 'messageRef', 'signalRef', 'errorRef', 'escalationRef'];
export const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
export const DI = 'http://www.omg.org/spec/BPMN/20100524/DI';

// Write a drawing as the board itself would, so that only what was changed differs.
export async function normal(moddle, xml) {
  const { rootElement } = await moddle.fromXML(xml, 'bpmn:Definitions');
  return (await moddle.toXML(rootElement, { format: true })).xml;
}

export const parsed = (xml) => new DOMParser().parseFromString(xml, 'application/xml');

export const isUnit = (node) =>
  node.namespaceURI === MODEL && node.hasAttribute('id') && !PARTS.has(node.localName) && CONTAINERS.has(node.parentNode.localName);

// → Map of id → {id, node, parent, lane, needs, says, looks, picture}
export function units(xml) {
  const doc = parsed(xml);
  const lanes = new Map([...doc.getElementsByTagNameNS(MODEL, 'flowNodeRef')].map((ref) => [ref.textContent.trim(), ref.parentNode.getAttribute('id')]));
  const pictures = new Map(
    ['BPMNShape', 'BPMNEdge'].flatMap((name) => [...doc.getElementsByTagNameNS(DI, name)]).map((one) => [one.getAttribute('bpmnElement'), one]),
  );
  const found = [...doc.getElementsByTagNameNS(MODEL, '*')].filter(isUnit);
  return new Map(found.map((node) => [node.getAttribute('id'), unit(node, lanes, pictures)]));
}

function unit(node, lanes, pictures) {
  const id = node.getAttribute('id');
  const parent = node.parentNode.getAttribute('id');
  const picture = pictures.get(id);
  const lane = lanes.get(id) ?? '';
  const isRoot = node.parentNode.localName === 'definitions';
  return {
    id, node, lane, picture,
    parent: isRoot ? null : parent,
    needs: [...(isRoot ? [] : [parent]), ...references(node), ...(lane ? [lane] : [])],
    says: `${isRoot ? '' : parent}|${written(node)}`,
    looks: `${lane}|${picture ? written(picture) : ''}`,
  };
}

function references(node) {
  const inside = [node, ...[...node.getElementsByTagName('*')].filter((one) => owner(one) === node)];
  return inside.flatMap((one) => REFERENCES.map((name) => one.getAttribute(name))).filter(Boolean);
}

function owner(node) {
  while (node && !isUnit(node)) node = node.parentNode?.nodeType === 1 ? node.parentNode : null;
  return node;
}

// An element with its parts, but without the elements inside it and without what only repeats the
// flows; always the same text for the same content.
function written(node) {
  const isPicture = node.namespaceURI === DI;
  const attributes = [...node.attributes]
    .filter((one) => !one.name.startsWith('xmlns') && !(isPicture && one.name === 'id'))
    .map((one) => `${one.name}=${one.value}`)
    .sort();
  const inner = [...node.children].filter((one) => !isUnit(one) && !WIRING.has(one.localName)).map(written);
  const text = node.children.length ? '' : node.textContent.trim();
  return `<${node.localName} ${attributes.join(' ')}>${inner.join('')}${text}</>`;
}
