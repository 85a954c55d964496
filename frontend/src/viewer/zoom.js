// Fit the whole diagram where it stays legible; on a small screen show the place where the case is.
const LEGIBLE = 0.5;
const READING = 0.75;
const MARGIN = 24;

export function frame(viewer, facts) {
  const canvas = viewer.get('canvas');
  whole(viewer);
  if (canvas.zoom() >= LEGIBLE) return;
  if (!here(viewer, facts)) canvas.zoom('fit-viewport', 'auto');
}

export function whole(viewer) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const box = canvas.viewbox();
  const { inner } = box;
  const scale = Math.min(
    box.outer.width / (inner.width + 2 * MARGIN),
    box.outer.height / (inner.height + 2 * MARGIN),
    1,
  );
  const [width, height] = [box.outer.width / scale, box.outer.height / scale];
  canvas.viewbox({
    x: inner.x - (width - inner.width) / 2,
    y: inner.y - (height - inner.height) / 2,
    width,
    height,
  });
}

// Paper gets the whole drawing, as wide as the sheet, and the screen then what it had; what is
// returned ends this.
export function fitPaper(viewer) {
  const canvas = viewer.get('canvas');
  const svg = canvas.getContainer().querySelector(':scope > svg');
  const life = new AbortController();
  const { signal } = life;
  let before;
  addEventListener('beforeprint', () => {
    before = canvas.viewbox();
    const { inner, outer } = before;
    canvas.viewbox({ x: 0, y: 0, width: outer.width, height: outer.height });
    svg.setAttribute('viewBox', [inner.x, inner.y, inner.width, inner.height].join(' '));
  }, { signal });
  addEventListener('afterprint', () => {
    svg.removeAttribute('viewBox');
    canvas.viewbox(before);
  }, { signal });
  return () => life.abort();
}

export function here(viewer, facts) {
  const ids = [...facts.tasks, ...facts.timers].map((fact) => fact.element);
  return ids.some((id) => near(viewer, id));
}

// Bring an element into the middle, at a size to read; tell whether there is one.
export function near(viewer, id) {
  const canvas = viewer.get('canvas');
  const element = viewer.get('elementRegistry').get(id);
  if (!element) return false;
  const { outer } = canvas.viewbox();
  const [width, height] = [outer.width / READING, outer.height / READING];
  canvas.viewbox({
    x: element.x + element.width / 2 - width / 2,
    y: element.y + element.height / 2 - height / 2,
    width,
    height,
  });
  return true;
}
