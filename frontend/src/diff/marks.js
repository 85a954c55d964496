// What differs is marked twice: by colour, and by a sign for those who cannot tell colours.
export function mark(viewer, marks, signs) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  for (const { element, act, weight } of marks) {
    const drawn = registry.get(element);
    if (!drawn) continue;
    canvas.addMarker(element, `diff-${act}`);
    if (weight !== 'layout') sign(viewer, drawn, act, signs[act]);
  }
}

export function point(viewer, id) {
  const canvas = viewer.get('canvas');
  viewer.get('elementRegistry').forEach((element) => canvas.hasMarker(element, 'diff-here') && canvas.removeMarker(element, 'diff-here'));
  if (id && viewer.get('elementRegistry').get(id)) canvas.addMarker(id, 'diff-here');
}

function sign(viewer, drawn, act, text) {
  const made = document.createElement('div');
  made.className = 'diff-sign';
  made.dataset.act = act;
  made.textContent = text;
  viewer.get('overlays').add(drawn.id, 'diff', { position: place(drawn), html: made, scale: { min: 0.6, max: 1.2 } });
}

function place(drawn) {
  if (!drawn.waypoints) return { top: -11, left: -11 };
  const points = drawn.waypoints;
  const [a, b] = [points[Math.floor((points.length - 1) / 2)], points[Math.ceil((points.length - 1) / 2)]];
  const [second] = points.length % 2 === 0 ? [b] : [points[Math.floor(points.length / 2)]];
  const left = Math.min(...points.map((p) => p.x));
  const top = Math.min(...points.map((p) => p.y));
  return { left: (a.x + second.x) / 2 - left - 11, top: (a.y + second.y) / 2 - top - 11 };
}
