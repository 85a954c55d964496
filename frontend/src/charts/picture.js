// A picture to paste into a report: the chart with its title and what it shows, as SVG or PNG.
import { markupOf } from './echarts.js';
import { heightOf, optionOf } from './options.js';

const WIDTH = 960;
const TITLE = 58;
const SHARP = 2;

export async function keepPicture(island, kind, name) {
  const height = heightOf(island, WIDTH) + TITLE;
  const markup = markupOf(titled(island), WIDTH, height);
  const svg = new Blob([markup], { type: 'image/svg+xml;charset=utf-8' });
  save(kind === 'svg' ? svg : await painted(svg, height), `${name}.${kind}`);
}

function titled(island) {
  const option = optionOf(island, { width: WIDTH });
  const text = { text: island.title, subtext: island.said, left: 12, top: 8, itemGap: 6, textStyle: { fontSize: 18 }, subtextStyle: { fontSize: 12, color: '#55606e' } };
  return {
    ...option,
    backgroundColor: '#fff',
    title: text,
    legend: { ...option.legend, top: TITLE, left: 12 },
    grid: { ...option.grid, top: option.grid.top + TITLE },
  };
}

async function painted(svg, height) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: WIDTH * SHARP, height: height * SHARP });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
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
