// Colours of series, each with a hatching of its own: printed in grey they are still told apart.
const LINES = (rotation, gap = 6) => ({ symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, gap], rotation, color: 'rgba(255, 255, 255, 0.6)' });
const DOTS = { symbol: 'circle', symbolSize: 0.8, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0], color: 'rgba(255, 255, 255, 0.75)' };

const TONES = {
  red: { color: '#b3261e', decal: LINES(-Math.PI / 4), ink: '#fff', line: 'solid', symbol: 'diamond' },
  yellow: { color: '#d8a400', decal: DOTS, ink: '#18222f', line: 'dotted', symbol: 'triangle' },
  blue: { color: '#2f6fc1', decal: LINES(0), ink: '#fff', line: 'dashed', symbol: 'rect' },
  green: { color: '#2e8b57', decal: undefined, ink: '#fff', line: 'solid', symbol: 'circle' },
  grey: { color: '#7a828c', decal: LINES(Math.PI / 2, 3), ink: '#fff', line: 'dotted', symbol: 'emptyCircle' },
  navy: { color: '#12335f', decal: undefined, ink: '#fff', line: 'solid', symbol: 'circle' },
  teal: { color: '#12808a', decal: LINES(Math.PI / 4, 4), ink: '#fff', line: 'dashed', symbol: 'emptyTriangle' },
  pale: { color: '#9db8d9', decal: undefined, ink: '#18222f', line: 'dashed', symbol: 'emptyRect' },
};
const ORDER = ['blue', 'yellow', 'teal', 'red', 'navy', 'grey'];

export function toneOf(name, place) {
  return TONES[name] ?? TONES[ORDER[place % ORDER.length]];
}
