// Show the whole drawing, clear of the palette, of the findings, and with room at its end for the menu
// beside an element; on a small screen, its beginning at a size to read.
const MARGIN = 24;
const PALETTE = 116;
const MENU = 108;
const LEGIBLE = 0.35;
const READING = 0.7;

export function whole(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const { outer, inner } = canvas.viewbox();
  const isWide = outer.width > 700;
  const [left, right] = isWide ? [PALETTE, MENU] : [MARGIN, MARGIN];
  const bottom = MARGIN + covered(canvas);
  const fits = Math.min((outer.width - left - right) / inner.width, (outer.height - MARGIN - bottom) / inner.height, 1);
  if (!Number.isFinite(fits) || fits <= 0) return;
  const scale = fits < LEGIBLE && !isWide ? READING : fits;
  const [width, height] = [outer.width / scale, outer.height / scale];
  const isWhole = scale === fits;
  const x = isWhole ? inner.x - left / scale - Math.max(0, (outer.width - left - right) / scale - inner.width) / 2 : inner.x - MARGIN / scale;
  const y = isWhole ? inner.y - MARGIN / scale - Math.max(0, (outer.height - MARGIN - bottom) / scale - inner.height) / 2 : inner.y - MARGIN / scale;
  canvas.viewbox({ x, y, width, height });
}

// Bring what was just appended into view, with room for its menu, before its name is asked for.
export function follow(modeler) {
  const canvas = modeler.get('canvas');
  modeler.on('autoPlace.end', 2000, ({ shape }) => {
    const isWide = canvas.viewbox().outer.width > 700;
    const [left, right] = isWide ? [PALETTE, MENU] : [MARGIN, MARGIN];
    canvas.scrollToElement(shape, { top: 2 * MARGIN, bottom: 2 * MARGIN + covered(canvas), left, right });
  });
}

// How much of the canvas the list of findings may cover, which grows and shrinks while one draws.
function covered(canvas) {
  const list = canvas.getContainer().closest('gov-modeler')?.part('findings');
  const isOver = list?.offsetHeight && getComputedStyle(list).position === 'absolute';
  return isOver ? parseFloat(getComputedStyle(list).maxHeight) : 0;
}
