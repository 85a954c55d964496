// The diagram as a picture with its heat and its numbers: to keep as SVG or PNG, and for the printer.
// What the viewer exports has neither: both are put into the copy, as plain attributes, so that Word and
// WPS draw them too.
const SVG = 'http://www.w3.org/2000/svg';
const FONT = "'Microsoft YaHei', 'Noto Sans CJK SC', 'PingFang SC', sans-serif";
export const COLOURS = ['', '#fdf3d0', '#fbd988', '#f6b254', '#ec8a3c', '#dd6a3a'];
const PARTS = {
  open: ['#1a5ba8', '#fff'],
  late: ['#b3261e', '#fff'],
  note: ['#fff', '#18222f'],
  order: ['#24653b', '#fff'],
};
const MARKS = {
  'gov-done': ['#eef6f0', '#4c8c62'],
  'gov-open': ['#dbe9fa', '#1a5ba8'],
  'gov-late': ['#fbe3e1', '#b3261e'],
};
const [HEAD, FOOT, EDGE] = [74, 48, 24];
const USUAL = 1600;
const LARGEST_BADGE = 1.6;
const [SHARP, LARGEST] = [2, 8000];

export async function keepPicture(viewer, facts, kind) {
  const svg = await pictureOf(viewer, facts);
  save(kind === 'svg' ? blobOf(svg) : await painted(svg), `${facts.file}.${kind}`);
}

// The printer gets the whole drawing, not the stretch of it that the screen shows.
export async function printed(viewer, host, facts) {
  const old = host.querySelector('.printed');
  const image = old ?? Object.assign(document.createElement('img'), { className: 'printed' });
  image.alt = facts.title;
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blobOf(await pictureOf(viewer, facts)));
  if (!old) host.append(image);
}

async function pictureOf(viewer, facts) {
  const { svg } = await viewer.saveSVG();
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const [x, y, width, height] = root.getAttribute('viewBox').split(' ').map(Number);
  const big = Math.max(1, width / USUAL); // a wide drawing is made small where it is looked at
  const registry = viewer.get('elementRegistry');
  mark(viewer, root);
  for (const step of facts.steps) {
    const element = registry.get(step.element);
    if (!element) continue;
    if (step.level) paint(root, step.element, COLOURS[step.level]);
    badge(root, element, step.parts, Math.min(big, LARGEST_BADGE));
  }
  const box = { x: x - EDGE, y: y - big * HEAD, width: width + 2 * EDGE, height: height + big * (HEAD + FOOT) };
  root.insertBefore(make('rect', { ...box, fill: '#fff' }), root.firstChild);
  write(root, facts.title, { x, y: y - big * 40, 'font-size': big * 24, 'font-weight': 600, fill: '#18222f' });
  write(root, facts.said, { x, y: y - big * 16, 'font-size': big * 14, fill: '#55606e' });
  legend(root, facts.legend, { left: x, top: y + height + big * 16, big });
  root.setAttribute('viewBox', `${box.x} ${box.y} ${box.width} ${box.height}`);
  root.setAttribute('width', box.width);
  root.setAttribute('height', box.height);
  return root;
}

// What the viewer marks by style sheets: the way that was gone.
function mark(viewer, root) {
  const canvas = viewer.get('canvas');
  viewer.get('elementRegistry').forEach((element) => {
    const name = Object.keys(MARKS).find((one) => canvas.hasMarker(element.id, one));
    if (!name) return;
    const [fill, stroke] = MARKS[name];
    paint(root, element.id, element.waypoints ? 'none' : fill, stroke);
  });
}

function paint(root, id, fill, stroke) {
  const shape = root.querySelector(`[data-element-id="${CSS.escape(id)}"] > .djs-visual > *`);
  if (!shape) return;
  shape.style.fill = fill;
  shape.style.fillOpacity = '1';
  if (stroke) Object.assign(shape.style, { stroke, strokeWidth: '2.5px' });
}

function badge(root, element, parts, big) {
  const texts = parts.map(({ word, text }) => [word, text].filter(Boolean).join(' '));
  const widths = texts.map((text) => lengthOf(text, big * 12) + big * 12);
  const whole = widths.reduce((sum, one) => sum + one, 2 * (parts.length - 1));
  const top = element.y - big * 12;
  let left = element.x + (element.width - whole) / 2;
  parts.forEach(({ kind }, place) => {
    const [fill, ink] = PARTS[kind];
    const stroke = kind === 'note' ? '#6b7683' : fill;
    root.append(make('rect', { x: left, y: top, width: widths[place], height: big * 20, rx: big * 10, fill, stroke }));
    const at = { x: left + widths[place] / 2, y: top + big * 14.5, 'text-anchor': 'middle' };
    write(root, texts[place], { ...at, 'font-size': big * 12, 'font-weight': 600, fill: ink });
    left += widths[place] + 2;
  });
}

function legend(root, classes, { left, top, big }) {
  for (const { level, text } of classes) {
    root.append(make('rect', { x: left, y: top, width: big * 26, height: big * 16, fill: COLOURS[level], stroke: '#6b7683' }));
    write(root, text, { x: left + big * 33, y: top + big * 13, 'font-size': big * 13, fill: '#18222f' });
    left += big * 57 + lengthOf(text, big * 13);
  }
}

function lengthOf(text, size) {
  return [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e7f ? size : size * 0.58), 0);
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function write(root, text, attributes) {
  const made = make('text', { 'font-family': FONT, ...attributes });
  made.textContent = text;
  root.append(made);
}

function blobOf(svg) {
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml;charset=utf-8' });
}

async function painted(svg) {
  const address = URL.createObjectURL(blobOf(svg));
  try {
    const image = Object.assign(new Image(), { src: address });
    await image.decode();
    const scale = Math.min(SHARP, LARGEST / Math.max(image.width, image.height));
    const [width, height] = [image.width * scale, image.height * scale];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d').drawImage(image, 0, 0, width, height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
