// What waits at each step, drawn on the diagram: a colour for how hot it is, numbers for everybody, and
// behind each element the panel that its row of the table opens. The numbers come anew with the table.
import { keepPicture, printed } from './heat-picture.js';
import { near } from './zoom.js';

const COMPACT = 0.62;
const PHONE = 700;

export function heat(viewer, host) {
  const island = document.getElementById(host.getAttribute('facts'));
  let told = '';
  const facts = () => JSON.parse(document.getElementById(island.id).textContent);
  const refresh = () => {
    const now = document.getElementById(island.id)?.textContent;
    if (!now || now === told) return;
    told = now;
    draw(viewer, host, facts());
    printed(viewer, host, facts());
  };
  // The panel stands beside the diagram, which may be out of sight where it was asked for.
  let shown = document.querySelector('#step-panel [data-element]');
  const show = () => {
    const panel = document.querySelector('#step-panel [data-element]');
    if (panel && panel !== shown) panel.scrollIntoView({ block: 'nearest' });
    shown = panel;
  };
  const keep = (event) => {
    const kind = event.target.closest?.('[data-heat-picture]')?.dataset.heatPicture;
    if (kind) keepPicture(viewer, facts(), kind);
  };
  const close = (event) => {
    const panel = event.target.closest?.('[data-close-panel]')?.closest('[data-element]');
    if (panel) closePanel(event, viewer, panel);
  };
  viewer.on('element.click', ({ element }) => open(viewer, host, element.id));
  viewer.on('canvas.viewbox.changed', () => narrow(viewer, host));
  const point = (event) => {
    const row = event.isTrusted && event.target.closest?.('[data-panel]')?.closest('[data-element]');
    if (row) near(viewer, row.dataset.element);
  };
  const heard = { 'htmx:after:settle': () => [refresh, show].forEach((act) => act()), click: (event) => [keep, close, point].forEach((hear) => hear(event)) };
  for (const [name, hear] of Object.entries(heard)) document.addEventListener(name, hear);
  refresh();
  begin(viewer, facts());
  narrow(viewer, host);
  return () => {
    for (const [name, hear] of Object.entries(heard)) document.removeEventListener(name, hear);
  };
}

function draw(viewer, host, facts) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  viewer.get('overlays').remove({ type: 'gov-heat' });
  for (const step of facts.steps) {
    const element = registry.get(step.element);
    if (!element) continue;
    for (const level of [1, 2, 3, 4, 5]) canvas[level === step.level ? 'addMarker' : 'removeMarker'](step.element, `gov-heat-${level}`);
    if (step.parts.length) badge(viewer, element, step.parts);
    if (step.label) reach(viewer, host, element, step.label);
  }
}

function badge(viewer, element, parts) {
  const made = document.createElement('div');
  made.className = 'gov-heat-badge';
  made.setAttribute('aria-hidden', 'true');
  for (const { kind, word, text } of parts) {
    const part = document.createElement('span');
    part.className = `part-${kind}`;
    if (word) part.append(Object.assign(document.createElement('i'), { textContent: word }));
    part.append(text);
    made.append(part);
  }
  const position = { top: -12, left: element.width / 2 };
  viewer.get('overlays').add(element, 'gov-heat', { position, html: made, scale: { min: 0.8, max: 1.2 } });
}

// With the step whose panel is open; on a small screen, with the hottest: all of it would be too small.
function begin(viewer, facts) {
  const open = document.querySelector('#step-panel [data-element]');
  if (open) return near(viewer, open.dataset.element);
  const [hottest] = facts.steps.filter((step) => step.level).sort((a, b) => b.level - a.level);
  const isSmall = viewer.get('canvas').viewbox().outer.width < PHONE;
  return hottest && isSmall && near(viewer, hottest.element);
}

// Shapes of a diagram know no keyboard: let these be reached by it, and say their numbers.
function reach(viewer, host, element, label) {
  const shape = viewer.get('elementRegistry').getGraphics(element);
  shape.setAttribute('aria-label', label);
  (shape.querySelector(':scope > title') ?? shape.appendChild(document.createElementNS(shape.namespaceURI, 'title'))).textContent = label;
  if (shape.hasAttribute('tabindex')) return;
  shape.setAttribute('tabindex', '0');
  shape.setAttribute('role', 'button');
  shape.addEventListener('keydown', (event) => {
    if (!['Enter', ' '].includes(event.key)) return;
    event.preventDefault();
    open(viewer, host, element.id);
  });
}

function open(viewer, host, id) {
  const element = viewer.get('elementRegistry').get(id.replace(/_label$/, ''));
  const table = document.getElementById(host.getAttribute('table'));
  const link = element && table?.querySelector(`[data-element="${CSS.escape(element.id)}"] [data-panel]`);
  if (!link) return;
  const { x, width } = viewer.get('canvas').viewbox();
  const middle = (element.x + element.width / 2 - x) / width;
  document.getElementById('step-panel').dataset.side = middle < 0.5 ? 'right' : 'left';
  link.click();
}

function closePanel(event, viewer, panel) {
  event.preventDefault();
  history.replaceState(history.state, '', event.target.closest('a').href);
  const shape = viewer.get('elementRegistry').getGraphics(panel.dataset.element);
  panel.remove();
  shape?.focus();
}

// From afar the words go and the numbers stay.
function narrow(viewer, host) {
  host.classList.toggle('compact', viewer.get('canvas').zoom() < COMPACT);
}
