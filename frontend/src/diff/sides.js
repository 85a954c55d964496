// One of the two diagrams; and the two moving together.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { tools } from '../viewer/tools.js';
import { whole } from '../viewer/zoom.js';

const READING = 0.8;
const LEGIBLE = 0.4;

export class Side {
  constructor(figure, words) {
    this.figure = figure;
    this.canvas = figure.querySelector('.canvas');
    this.words = words;
  }

  async open() {
    this.canvas.textContent = '';
    try {
      const answer = await fetch(this.figure.dataset.src, { credentials: 'same-origin' });
      if (!answer.ok) throw new Error(answer.status);
      const viewer = new NavigatedViewer({ container: this.canvas, canvas: { deferUpdate: false } });
      await viewer.importXML(await answer.text());
      this.viewer = viewer;
      viewer.on('canvas.viewbox.changed', ({ viewbox }) => {
        this.canvas.classList.toggle('far', viewbox.scale < LEGIBLE);
      });
      this.figure.append(tools(viewer, { tasks: [] }, this.words));
    } catch {
      this.canvas.textContent = this.words.failed;
    }
  }

  has(id) {
    return Boolean(id && this.viewer?.get('elementRegistry').get(id));
  }

  // A diagram that was hidden has to learn how large it is, and where the other one has gone.
  refresh() {
    this.viewer?.get('canvas').resized();
    this.follow?.();
  }

  get isSeen() {
    return Boolean(this.viewer && this.figure.offsetWidth);
  }

  whole() {
    whole(this.viewer);
  }

  goTo(id) {
    const canvas = this.viewer.get('canvas');
    const element = this.viewer.get('elementRegistry').get(id);
    const points = element.waypoints ?? [element, { x: element.x + element.width, y: element.y + element.height }];
    const middle = (axis) => (Math.min(...points.map((p) => p[axis])) + Math.max(...points.map((p) => p[axis]))) / 2;
    const { outer } = canvas.viewbox();
    const [width, height] = [outer.width / READING, outer.height / READING];
    canvas.viewbox({ x: middle('x') - width / 2, y: middle('y') - height / 2, width, height });
  }
}

// Whatever is done to one diagram, the other shows the same place at the same scale.
export function keepTogether(sides) {
  let last = null;
  const follow = (side, box) => {
    const canvas = side.viewer.get('canvas');
    const { outer } = canvas.viewbox();
    if (!outer.width) return;
    const [width, height] = [outer.width / box.scale, outer.height / box.scale];
    canvas.viewbox({ x: box.middle.x - width / 2, y: box.middle.y - height / 2, width, height });
  };
  let following = false;
  for (const side of sides) {
    if (!side.viewer) continue;
    side.follow = () => last && follow(side, last);
    side.viewer.on('canvas.viewbox.changed', ({ viewbox }) => {
      if (following || !side.isSeen) return;
      last = { scale: viewbox.scale, middle: { x: viewbox.x + viewbox.width / 2, y: viewbox.y + viewbox.height / 2 } };
      following = true;
      for (const other of sides) if (other !== side && other.viewer) follow(other, last);
      following = false;
    });
  }
}
