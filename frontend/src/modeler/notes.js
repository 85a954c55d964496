// Lines between the tools and the drawing: what happened, and what can be done about it.
import { made } from './words.js';

// What must be decided about has no *closing*: it stands until it is.
export function note(board, sentence, tone = '', acts = [], closing = [[board.texts.ok, () => {}]]) {
  const line = made('p', { class: 'board-note', 'data-tone': tone }, made('span', {}, sentence));
  const gone = () => line.remove();
  for (const [words, act] of [...acts, ...closing]) {
    const press = () => act() !== false && gone();
    line.append(made('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary', onclick: press }, words));
  }
  board.part('notes').replaceChildren(line);
  return line;
}
