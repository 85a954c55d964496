// Show the whole drawing, clear of the palette; on a small screen, its beginning at a size to read.
const MARGIN = 24;
const PALETTE = 116;
const LEGIBLE = 0.35;
const READING = 0.7;

export function whole(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const { outer, inner } = canvas.viewbox();
  const left = outer.width > 700 ? PALETTE : MARGIN;
  const fits = Math.min((outer.width - left - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  if (!Number.isFinite(fits) || fits <= 0) return;
  const scale = fits < LEGIBLE && outer.width <= 700 ? READING : fits;
  const [width, height] = [outer.width / scale, outer.height / scale];
  const isWhole = scale === fits;
  const x = isWhole ? inner.x - left / scale - Math.max(0, (outer.width - left - MARGIN) / scale - inner.width) / 2 : inner.x - MARGIN / scale;
  const y = isWhole ? inner.y - (height - inner.height) / 2 : inner.y - MARGIN / scale;
  canvas.viewbox({ x, y, width, height });
}
