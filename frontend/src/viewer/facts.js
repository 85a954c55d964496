// facts = { tasks: [{element, text, overdue}], timers: [{element, text, overdue}],
//           trails: [[element, …], …] }: what each step of the process passed, in order

export function draw(viewer, facts) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const known = (item) => registry.get(item.element ?? item);
  for (const id of passed(registry, facts)) canvas.addMarker(id, 'gov-done');
  ways(viewer, facts);
  for (const task of facts.tasks.filter(known)) {
    canvas.addMarker(task.element, task.overdue ? 'gov-late' : 'gov-open');
    badge(viewer, task.element, task, { top: -13, left: registry.get(task.element).width / 2 });
  }
  for (const timer of facts.timers.filter(known)) {
    canvas.addMarker(timer.element, timer.overdue ? 'gov-timer-late' : 'gov-timer');
    badge(viewer, timer.element, { ...timer, timer: true }, { bottom: 6, left: 12 });
  }
}

// What plays took and what none took: facts.passed = [node, …], facts.taken = {flow: times},
// facts.never = [flow, …] with facts.never_text on each.
function ways(viewer, facts) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const waiting = new Set(facts.tasks.map((task) => task.element));
  for (const id of facts.passed ?? []) if (registry.get(id) && !waiting.has(id)) canvas.addMarker(id, 'gov-done');
  for (const [id, times] of Object.entries(facts.taken ?? {})) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, 'gov-done');
    if (times > 1 || facts.never) sign(viewer, id, `${times}`, 'gov-times');
  }
  for (const id of facts.never ?? []) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, 'gov-never');
    sign(viewer, id, facts.never_text, 'gov-times never');
  }
}

// A small sign in the middle of the longest stretch of a flow.
function sign(viewer, id, words, className) {
  const points = viewer.get('elementRegistry').get(id).waypoints;
  const stretches = points.slice(1).map((end, place) => [points[place], end]);
  const length = ([from, to]) => Math.hypot(to.x - from.x, to.y - from.y);
  const [from, to] = stretches.reduce((best, one) => (length(one) > length(best) ? one : best));
  const made = part('span', words);
  made.className = className;
  const left = Math.min(...points.map((point) => point.x));
  const top = Math.min(...points.map((point) => point.y));
  const position = { left: (from.x + to.x) / 2 - left, top: (from.y + to.y) / 2 - top };
  viewer.get('overlays').add(id, 'gov-times', { position, html: made, scale: true });
}

// The elements passed, and the flows between them. Behind a gateway only the branch that was taken
// counts: what comes next in the trail, or what now waits.
function passed(registry, facts) {
  const done = new Set();
  const waiting = new Set(facts.tasks.map((task) => task.element));
  for (const trail of facts.trails) {
    trail.forEach((id, place) => {
      const node = registry.get(id);
      if (!node) return;
      done.add(id);
      const next = new Set(trail.slice(place + 1));
      for (const flow of node.outgoing ?? []) {
        if (!/SequenceFlow/.test(flow.type)) continue;
        const only = node.outgoing.length === 1;
        if (only || trail[place + 1] === flow.target.id || (!next.size && waiting.has(flow.target.id))) done.add(flow.id);
      }
    });
  }
  for (const id of waiting) done.delete(id);
  return done;
}

function badge(viewer, id, fact, position) {
  const made = document.createElement('div');
  made.className = `gov-badge${fact.overdue ? ' late' : ''}${fact.timer ? ' timer' : ''}`;
  if (fact.count > 1) made.append(part('b', `${fact.count}`));
  if (fact.overdue || fact.timer) made.append(clock());
  made.append(part('span', fact.text));
  if (fact.title) made.title = fact.title;
  viewer.get('overlays').add(id, 'gov-badge', { position, html: made, scale: { min: 0.75 } });
}

function part(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

function clock() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 4.5V8l2.5 1.5');
  svg.append(path);
  return svg;
}
