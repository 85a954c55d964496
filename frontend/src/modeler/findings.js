// What the server's linter finds, marked on the elements and listed below the drawing.
import { note } from './notes.js';
import { filled, made } from './words.js';

const PAUSE = 600;

export class Findings {
  constructor(board) {
    const { modeler, texts } = board;
    Object.assign(this, { board, modeler, texts, list: board.part('findings'), count: board.part('count') });
    modeler.on('commandStack.changed', () => this.soon());
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), PAUSE);
  }

  async check() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.count.textContent = this.texts.checking;
    const found = await this.asked();
    if (turn !== this.turn) return; // something newer is under way
    if (found) this.show(found);
    else this.unchecked();
  }

  // What was found before may no longer hold: no colour says that all is well.
  unchecked() {
    this.count.textContent = this.texts.unchecked;
    delete this.count.dataset.tone;
  }

  async asked() {
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      const headers = { ...this.board.headers, 'Content-Type': 'application/xml' };
      const answer = await fetch(this.board.told.lint, { method: 'POST', headers, body: xml });
      return answer.ok ? (await answer.json()).problems : null;
    } catch {
      return null;
    }
  }

  show(problems) {
    this.problems = problems;
    this.mark();
    const errors = problems.filter((one) => one.severity === 'error').length;
    const warnings = problems.length - errors;
    this.count.textContent = problems.length ? filled(this.texts.count, { errors, warnings }) : this.texts.clean;
    this.count.dataset.tone = errors ? 'late' : warnings ? 'soon' : 'ok';
    this.list.replaceChildren(...problems.map((one) => this.row(one)));
  }

  mark() {
    const overlays = this.modeler.get('overlays');
    const registry = this.modeler.get('elementRegistry');
    overlays.remove({ type: 'finding' });
    for (const [id, found] of grouped(this.problems)) {
      const element = id && registry.get(id);
      if (!element || element === this.modeler.get('canvas').getRootElement()) continue;
      const severity = found.some((one) => one.severity === 'error') ? 'error' : 'warning';
      const title = found.map((one) => one.message).join('\n');
      const html = made('span', { class: 'finding', 'data-severity': severity, title }, `${found.length}`);
      overlays.add(id, 'finding', { position: { top: -10, left: -10 }, html });
    }
  }

  row(problem) {
    const isError = problem.severity === 'error';
    const tag = made('span', { class: 'tag', 'data-tone': isError ? 'late' : 'soon' }, isError ? this.texts.error : this.texts.warning);
    const what = made('span', {}, problem.message);
    if (problem.why) what.append(made('span', { class: 'finding-why' }, problem.why));
    const go = made('button', { type: 'button', class: 'finding-go', onclick: () => this.go(problem.element) }, tag, what);
    const row = made('li', { 'data-severity': problem.severity, 'data-code': problem.code }, go);
    if (problem.help) row.append(made('a', { class: 'small', href: problem.help, target: '_blank' }, this.texts.help));
    if (problem.fix && this.board.told.fix) {
      const mend = () => this.mend(problem);
      row.append(made('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary', onclick: mend }, this.texts.fix));
    }
    return row;
  }

  go(id) {
    const element = id && this.modeler.get('elementRegistry').get(id);
    if (!element) return;
    this.modeler.get('canvas').scrollToElement(element, { top: 120, bottom: 120 + this.list.offsetHeight, left: 120, right: 120 });
    this.modeler.get('selection').select(element);
  }

  // The server mends the text; the board shows what came of it.
  async mend(problem) {
    const { xml } = await this.modeler.saveXML({ format: true });
    const { code, element } = problem;
    const answer = await this.board.keeping.asked('POST', this.board.told.fix, { xml, code, element });
    if (!answer) return;
    if (!answer.ok) return void note(this.board, filled(this.texts.not_fixed, { reason: answer.told.detail }), 'late');
    if (!(await this.board.show(answer.told.xml))) return;
    this.board.keeping.soon(0);
    const back = async () => (await this.board.show(xml)) && this.board.keeping.soon(0);
    note(this.board, this.texts.fixed, 'ok', [[this.texts.undo, back]]);
  }
}

function grouped(problems) {
  const groups = new Map();
  for (const one of problems) groups.set(one.element, [...(groups.get(one.element) ?? []), one]);
  return groups;
}
