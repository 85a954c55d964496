// From the figures of a page to what ECharts draws.
//   stacked: lying bars, one upon another   bars: lying bars side by side
//   columns: upright bars side by side      stacked-columns: upright, one upon another
//   line:    lines over time
import { toneOf } from './tones.js';

const INK = '#18222f';
const MUTED = '#55606e';
const LINE = '#dfe4ea';
const ROW = 30;
const SLIM = 26;
const HEAD = 34;
const FOOT = 26;
const UPRIGHT = 240;
const NARROW = 520;
// Of a series in the head: its mark with the space around, and the height of a line.
const MARK = 38;
const LEGEND = 23;

const lies = (kind) => kind === 'stacked' || kind === 'bars';

/** How wide a text is, a Chinese character taking twice a Latin one. */
const lengthOf = (text) => [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 13 : 7.5), 0);

/** How high the head of the picture is: names of series that find no room go on a line of their own. */
function headOf({ series }, width) {
  let [lines, used] = [1, 0];
  for (const { name } of series) {
    const needed = lengthOf(name) + MARK;
    if (used && used + needed > width) [lines, used] = [lines + 1, 0];
    used += needed;
  }
  return HEAD + (lines - 1) * LEGEND;
}

/** How high the picture is: each lying bar has the same room, however many there are. */
export function heightOf(island, width) {
  const { kind, categories, series } = island;
  const head = headOf(island, width);
  if (!lies(kind)) return UPRIGHT + head - HEAD;
  const row = kind === 'bars' && series.length > 1 ? 8 + 11 * series.length : categories.length > 12 ? SLIM : ROW;
  return head + FOOT + row * categories.length;
}

export function optionOf(island, { width, still = true }) {
  return {
    animation: !still,
    animationDuration: 300,
    animationDurationUpdate: 300,
    textStyle: { fontFamily: face(), color: INK },
    aria: { enabled: true, label: { description: island.said } },
    legend: { show: island.series.length > 1, top: 0, left: 0, itemWidth: 18, itemHeight: 12, itemGap: 14, textStyle: { color: INK, fontSize: 13 } },
    tooltip: tooltipOf(island),
    ...axesOf(island, width),
    series: island.series.map((series, place) => seriesOf(island, series, place)),
  };
}

/** The page's own type; double quotes in it would end an attribute of the picture. */
function face() {
  return getComputedStyle(document.body).fontFamily.replaceAll('"', "'");
}

function tooltipOf({ kind, unit }) {
  const none = kind.startsWith('stacked') ? `0 ${unit}` : '—';
  return {
    trigger: 'axis',
    confine: true,
    transitionDuration: 0,
    axisPointer: { type: kind === 'line' ? 'line' : 'shadow' },
    valueFormatter: (value) => (value == null ? none : `${value.toLocaleString()} ${unit}`),
  };
}

function axesOf(island, width) {
  const across = lies(island.kind);
  const room = across ? nameRoom(island.categories, width) : 0;
  const names = {
    type: 'category',
    data: island.categories,
    inverse: across,
    boundaryGap: island.kind !== 'line',
    axisLine: { lineStyle: { color: '#8a95a2' } },
    axisTick: { show: false },
    axisLabel: across
      ? { color: INK, fontSize: 13, width: room - 10, overflow: 'truncate', interval: 0 }
      : { color: MUTED, fontSize: 12, hideOverlap: true },
  };
  const figures = {
    type: 'value',
    minInterval: island.unit === '%' ? 0 : 1,
    max: island.unit === '%' ? 100 : undefined,
    splitNumber: width < NARROW ? 3 : 4,
    splitLine: { lineStyle: { color: LINE } },
    axisLabel: { color: MUTED, fontSize: 12, formatter: (value) => `${value.toLocaleString()}${island.unit === '%' ? '%' : ''}` },
  };
  const edge = { top: headOf(island, width), bottom: FOOT, right: 18, left: across ? room : 44, outerBoundsMode: 'none' };
  return across ? { grid: edge, xAxis: figures, yAxis: names } : { grid: edge, xAxis: names, yAxis: figures };
}

/** Room for the longest name, up to a third. */
function nameRoom(names, width) {
  const longest = Math.max(40, ...names.map(lengthOf));
  return Math.min(longest + 14, Math.round(width * (width < NARROW ? 0.38 : 0.34)));
}

function seriesOf({ kind, series: all }, { name, tone, values }, place) {
  const { color, decal, ink, line, symbol } = toneOf(tone, place);
  if (kind === 'line') {
    return { name, type: 'line', data: values, color, symbol, symbolSize: (value) => (value ? 7 : 0), lineStyle: { width: 2, type: line }, emphasis: { focus: 'none' } };
  }
  const stacked = kind.startsWith('stacked');
  return {
    name,
    type: 'bar',
    // Nothing is no sliver of a bar.
    data: stacked ? values.map((value) => value || null) : values,
    color,
    stack: stacked ? 'all' : undefined,
    cursor: 'pointer',
    barMaxWidth: kind === 'bars' && all.length > 1 ? 11 : 20,
    itemStyle: { decal, borderColor: '#fff', borderWidth: stacked ? 1 : 0 },
    label: labelOf(stacked, kind, ink, color),
    labelLayout: { hideOverlap: true },
    emphasis: { focus: 'none' },
  };
}

function labelOf(stacked, kind, ink, color) {
  const figure = { show: true, fontSize: 12, formatter: ({ value }) => (value ? value.toLocaleString() : '') };
  if (!stacked) return { ...figure, position: kind === 'bars' ? 'right' : 'top', color: INK };
  // On hatching a figure needs ground of its own.
  return { ...figure, position: 'inside', color: ink, backgroundColor: color, borderRadius: 2, padding: [1, 3] };
}
