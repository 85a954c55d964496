// The buttons above the drawing. Each is a <button data-do>; the modeler's own keys work beside them.
export function tools(element, told) {
  const { modeler, keeping } = element;
  const stack = () => modeler.get('commandStack');
  const acts = {
    undo: () => stack().undo(),
    redo: () => stack().redo(),
    fit: () => modeler.get('canvas').zoom('fit-viewport', 'auto'),
    find: () => modeler.get('searchPad').toggle(),
    keep: () => keeping.keep(),
    xml: async () => save(`${told.key}.bpmn`, 'application/xml', (await modeler.saveXML({ format: true })).xml),
    svg: async () => save(`${told.key}.svg`, 'image/svg+xml', (await modeler.saveSVG()).svg),
    panel: () => element.toggleAttribute('data-wide'),
  };
  element.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) acts[button.dataset.do]?.();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 's' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      keeping.keep();
    }
  });
  modeler.on('commandStack.changed', () => {
    for (const name of ['undo', 'redo']) {
      const button = element.querySelector(`[data-do="${name}"]`);
      if (button) button.disabled = !stack()[name === 'undo' ? 'canUndo' : 'canRedo']();
    }
  });
}

function save(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
