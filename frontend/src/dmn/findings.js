// What the server finds wrong, told below the table and at the cell itself, in words.
import { element } from '../app/dom.js';

export class Findings {
  constructor(place, list, texts) {
    Object.assign(this, { place, list, texts, problems: [], rows: [] });
    new MutationObserver(() => this.soon()).observe(place, { childList: true, subtree: true });
  }

  show(problems) {
    this.problems = problems;
    this.list.replaceChildren(...problems.map((one) => this.line(one)));
    this.list.dataset.count = problems.length;
    this.soon();
  }

  line(problem) {
    const mark = element('span', { class: 'tag', 'data-tone': problem.severity === 'error' ? 'late' : 'soon' }, this.texts[problem.severity]);
    const cell = problem.element && this.cell(problem.element);
    const words = cell ? element('button', { type: 'button', class: 'finding-go', onclick: () => this.go(problem.element) }, problem.message) : problem.message;
    return element('li', { 'data-severity': problem.severity }, mark, ' ', words);
  }

  cell(id) {
    return this.place.querySelector(`[data-element-id="${CSS.escape(id)}"]`);
  }

  go(id) {
    const cell = this.cell(id);
    cell?.scrollIntoView({ block: 'center', inline: 'center' });
    cell?.querySelector('[contenteditable]')?.focus();
  }

  // The table draws itself anew as it likes; its cells are marked again each time.
  soon() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.mark();
    });
  }

  mark() {
    const wrong = new Map(this.problems.filter((one) => one.element).map((one) => [one.element, one]));
    for (const cell of this.place.querySelectorAll('td[data-element-id]')) {
      const problem = wrong.get(cell.dataset.elementId);
      if (cell.dataset.wrong === problem?.reason) continue;
      if (problem) Object.assign(cell.dataset, { wrong: problem.reason, severity: problem.severity });
      else delete cell.dataset.wrong;
    }
    const corner = this.place.querySelector('th.index-column');
    if (corner && !corner.textContent) corner.textContent = '#';
    this.place.querySelectorAll('tbody tr').forEach((row, number) => row.classList.toggle('hit', this.rows.includes(number + 1)));
  }
}
