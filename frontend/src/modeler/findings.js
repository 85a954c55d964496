// What the server's linter finds, marked on the elements and listed below the drawing.
const PAUSE = 600;

export class Findings {
  constructor(modeler, { list, count, address, headers, texts }) {
    Object.assign(this, { modeler, list, count, address, headers, texts });
    modeler.on('commandStack.changed', () => this.soon());
    list.addEventListener('click', (event) => this.clicked(event));
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), PAUSE);
  }

  async check() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { xml } = await this.modeler.saveXML({ format: true });
    const answer = await fetch(this.address, { method: 'POST', headers: { ...this.headers, 'Content-Type': 'application/xml' }, body: xml });
    if (turn !== this.turn) return; // something newer is under way
    if (!answer.ok) return this.failed();
    this.show((await answer.json()).problems);
  }

  failed() {
    this.count.textContent = this.texts.failed;
  }

  show(problems) {
    this.problems = problems;
    this.mark();
    const errors = problems.filter((one) => one.severity === 'error').length;
    this.count.textContent = this.texts.count.replace('{errors}', errors).replace('{warnings}', problems.length - errors);
    this.count.dataset.tone = errors ? 'late' : problems.length ? 'soon' : 'ok';
    this.list.replaceChildren(...problems.map((one, index) => this.row(one, index)));
    this.list.dispatchEvent(new CustomEvent('found', { bubbles: true, detail: { errors } }));
  }

  mark() {
    const overlays = this.modeler.get('overlays');
    const registry = this.modeler.get('elementRegistry');
    overlays.remove({ type: 'finding' });
    for (const [id, found] of Map.groupBy?.(this.problems, (one) => one.element) ?? grouped(this.problems)) {
      if (!id || !registry.get(id)) continue;
      const badge = document.createElement('span');
      badge.className = 'finding';
      badge.dataset.severity = found.some((one) => one.severity === 'error') ? 'error' : 'warning';
      badge.textContent = found.length;
      badge.title = found.map((one) => one.message).join('\n');
      overlays.add(id, 'finding', { position: { top: -10, left: -10 }, html: badge });
    }
  }

  row(problem, index) {
    const row = document.createElement('li');
    row.dataset.severity = problem.severity;
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.index = index;
    button.className = 'finding-go';
    const tag = document.createElement('span');
    tag.className = 'tag';
    tag.dataset.tone = problem.severity === 'error' ? 'late' : 'soon';
    tag.textContent = problem.severity === 'error' ? this.texts.error : this.texts.warning;
    const what = document.createElement('span');
    what.textContent = problem.message;
    button.append(tag, what);
    if (problem.why) {
      const why = document.createElement('span');
      why.className = 'small muted';
      why.textContent = problem.why;
      button.append(why);
    }
    row.append(button);
    return row;
  }

  clicked(event) {
    const button = event.target.closest('[data-index]');
    const element = button && this.modeler.get('elementRegistry').get(this.problems[button.dataset.index].element);
    if (!element) return;
    this.modeler.get('canvas').scrollToElement(element, { top: 120, bottom: 120, left: 120, right: 120 });
    this.modeler.get('selection').select(element);
  }
}

function grouped(problems) {
  const groups = new Map();
  for (const one of problems) groups.set(one.element, [...(groups.get(one.element) ?? []), one]);
  return groups;
}
