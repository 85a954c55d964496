// Three drawings make one: what only one side changed is taken from it; where both changed the same
// element, people choose. What one side deleted and the other's work needs comes back.
import { DI, MODEL, isUnit, parsed, units } from './units.js';

const ASPECTS = ['says', 'looks'];
const WIRING = ['incoming', 'outgoing', 'flowNodeRef'];

// → {clashes: [id], mine: [id], theirs: [id], sides: {base, mine, theirs}}
export function compared(base, mine, theirs) {
  const sides = { base: units(base), mine: units(mine), theirs: units(theirs) };
  const found = { clashes: [], mine: [], theirs: [], sides };
  for (const id of new Set([...sides.mine.keys(), ...sides.theirs.keys(), ...sides.base.keys()])) {
    const [ours, others] = [changes(sides, 'mine', id), changes(sides, 'theirs', id)];
    if (ours && others && clash(sides, id, ours, others)) found.clashes.push(id);
    else if (ours) found.mine.push(id);
    else if (others) found.theirs.push(id);
  }
  return found;
}

// What one side did to an element: nothing, or to what it says, to how it looks, or both.
export function changes({ base, ...sides }, side, id) {
  const [before, after] = [base.get(id), sides[side].get(id)];
  if (!before || !after) return before === after ? null : { says: true, looks: true };
  const did = { says: before.says !== after.says, looks: before.looks !== after.looks };
  return did.says || did.looks ? did : null;
}

function clash({ mine, theirs }, id, ours, others) {
  const [one, other] = [mine.get(id), theirs.get(id)];
  if (!one || !other) return one !== other;
  return ASPECTS.some((aspect) => ours[aspect] && others[aspect] && one[aspect] !== other[aspect]);
}

// chosen: id → 'mine' or 'theirs', for the clashes. → {xml, restored: [id]}
export function merged({ sides }, theirs, chosen) {
  const plan = new Map();
  for (const id of new Set([...sides.theirs.keys(), ...sides.mine.keys()])) {
    const ours = changes(sides, 'mine', id);
    const side = (aspect) => chosen[id] ?? (ours?.[aspect] ? 'mine' : 'theirs');
    const taken = { says: side('says'), looks: side('looks') };
    if (sides[taken.says].has(id)) plan.set(id, taken);
  }
  const restored = restore(plan, sides);
  return { xml: drawn(plan, sides, theirs), restored };
}

// Nothing may hang in the air: what a kept element needs is kept, from the side that has it.
function restore(plan, sides) {
  const restored = [];
  const waiting = [...plan.keys()];
  while (waiting.length) {
    const id = waiting.pop();
    for (const needed of sides[plan.get(id).says].get(id).needs) {
      if (plan.has(needed)) continue;
      const side = ['theirs', 'mine'].find((one) => sides[one].has(needed));
      if (!side) continue;
      plan.set(needed, { says: side, looks: side });
      restored.push(needed);
      waiting.push(needed);
    }
  }
  return restored;
}

function drawn(plan, sides, theirs) {
  const doc = parsed(theirs);
  const nodes = new Map([...doc.getElementsByTagNameNS(MODEL, '*')].filter(isUnit).map((node) => [node.getAttribute('id'), node]));
  for (const [id, node] of nodes) if (!plan.has(id)) node.remove();
  for (const [id, unit] of sides.mine) if (plan.get(id)?.says === 'mine') put(doc, nodes, unit);
  for (const [id, node] of nodes) if (!plan.has(id)) nodes.delete(id);
  pictures(doc, plan, sides);
  wire(doc, nodes, plan, sides);
  return new XMLSerializer().serializeToString(doc);
}

// Lay one element of mine where it belongs; what stands inside it stays.
function put(doc, nodes, { id, node, parent }) {
  const made = doc.importNode(node, true);
  for (const inner of [...made.children]) if (isUnit(inner)) inner.remove();
  const before = nodes.get(id);
  if (before) made.append(...[...before.children].filter(isUnit));
  const place = parent ? nodes.get(parent) : doc.documentElement;
  if (before?.parentNode === place) before.replaceWith(made);
  else {
    before?.remove();
    if (parent) place?.append(made);
    else place.insertBefore(made, doc.getElementsByTagNameNS(DI, 'BPMNDiagram')[0] ?? null);
  }
  nodes.set(id, made);
}

function pictures(doc, plan, sides) {
  const planes = [...doc.getElementsByTagNameNS(DI, 'BPMNPlane')];
  const all = ['BPMNShape', 'BPMNEdge'].flatMap((name) => [...doc.getElementsByTagNameNS(DI, name)]);
  const there = new Map(all.map((one) => [one.getAttribute('bpmnElement'), one]));
  for (const [id, picture] of there) if (!plan.has(id)) picture.remove();
  for (const [id, { looks }] of plan) {
    const picture = looks === 'mine' && sides.mine.get(id)?.picture;
    if (!picture) continue;
    const made = doc.importNode(picture, true);
    if (there.has(id)) there.get(id).replaceWith(made);
    else (planes.find((one) => one.getAttribute('bpmnElement') === picture.parentNode.getAttribute('bpmnElement')) ?? planes[0]).append(made);
  }
  const whole = doc.getElementsByTagNameNS(MODEL, 'collaboration')[0] ?? doc.getElementsByTagNameNS(MODEL, 'process')[0];
  planes[0]?.setAttribute('bpmnElement', whole.getAttribute('id'));
}

// What only repeats flows and lanes is written anew.
function wire(doc, nodes, plan, sides) {
  for (const name of WIRING) for (const ref of [...doc.getElementsByTagNameNS(MODEL, name)]) ref.remove();
  const say = (id, name, text) => {
    const ref = doc.createElementNS(MODEL, `${doc.documentElement.prefix ? `${doc.documentElement.prefix}:` : ''}${name}`);
    ref.textContent = text;
    nodes.get(id)?.append(ref);
  };
  for (const flow of doc.getElementsByTagNameNS(MODEL, 'sequenceFlow')) {
    say(flow.getAttribute('sourceRef'), 'outgoing', flow.getAttribute('id'));
    say(flow.getAttribute('targetRef'), 'incoming', flow.getAttribute('id'));
  }
  for (const [id, { looks }] of plan) {
    const { lane } = sides[looks].get(id) ?? {};
    if (lane) say(lane, 'flowNodeRef', id);
  }
  for (const node of doc.querySelectorAll('[default]')) if (!nodes.has(node.getAttribute('default'))) node.removeAttribute('default');
}
