// Buttons at the top right; the bottom right corner belongs to the bpmn.io mark.
import { here, whole } from './zoom.js';

const STEP = 1.25;

export function tools(viewer, facts, words) {
  const canvas = viewer.get('canvas');
  const box = document.createElement('div');
  box.className = 'tools';
  const add = (sign, label, act) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn btn-sm btn-outline-secondary', textContent: sign, title: label });
    button.setAttribute('aria-label', label);
    button.addEventListener('click', act);
    box.append(button);
  };
  add('−', words.zoomOut, () => canvas.zoom(canvas.zoom() / STEP));
  add('+', words.zoomIn, () => canvas.zoom(canvas.zoom() * STEP));
  add(words.whole, words.wholeLong, () => whole(viewer));
  if (facts.tasks.length) add(words.here, words.hereLong, () => here(viewer, facts));
  return box;
}
