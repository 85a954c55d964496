// The fields of the panel, each made of where its value lies and how it is chosen.
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { jsx, jsxs } from '@bpmn-io/properties-panel/preact/jsx-runtime';
import { useService } from 'bpmn-js-properties-panel';
import { property, settingsOf, writeProperties } from './write.js';

const KINDS = {
  text: [TextFieldEntry, isTextFieldEntryEdited],
  long: [TextAreaEntry, isTextAreaEntryEdited],
  choice: [SelectEntry, isSelectEntryEdited],
  yes: [CheckboxEntry, isCheckboxEntryEdited],
};

function services() {
  return {
    bpmnFactory: useService('bpmnFactory'),
    commandStack: useService('commandStack'),
    modeling: useService('modeling'),
    selection: useService('selection'),
    debounce: useService('debounceInput'),
    translate: useService('translate'),
  };
}

// field(id, kind, label, {get, set, options, help, validate}) → an entry of a group. Labels and help
// are ours and translated here; options come from the server in the reader's language, except `own`.
export function field(id, kind, label, { get, set, options, help, validate, isShown = true }) {
  const [component, isEdited] = KINDS[kind];
  const Field = ({ element: selected, about: element = selected, id: entry }) => {
    const use = services();
    return jsx(component, {
      element,
      id: entry,
      label: use.translate(label),
      description: help && use.translate(help),
      debounce: use.debounce,
      getValue: () => get(element),
      setValue: (value) => value !== get(element) && set(element, value ?? '', use),
      ...(options ? { getOptions: () => shown(options(element), get(element), use.translate) } : {}),
      ...(validate ? { validate: (value) => validate(value) && use.translate(validate(value)) } : {}),
    });
  };
  return isShown ? [{ id, component: Field, isEdited }] : [];
}

// What a file from elsewhere holds is shown, and said to be unknown; it is never lost by looking.
function shown(options, value, translate) {
  const all = [{ value: '', label: translate('（未设置）') }, ...options.map((one) => (one.own ? { ...one, label: translate(one.label) } : one))];
  if (!value || all.some((one) => one.value === value)) return all;
  const variable = /^\$\{\s*(\w+)\s*\}$/.exec(value)?.[1];
  const label = variable ? translate('取变量 {name} 的值', { name: variable }) : translate('{value}（目录中没有）', { value });
  return [...all, { value, label }];
}

// Several of one list, kept as one text with commas.
export function several(id, label, { get, set, options }) {
  const Several = ({ element: selected, about: element = selected }) => {
    const use = services();
    const chosen = get(element).split(',').map((one) => one.trim()).filter(Boolean);
    const unknown = chosen.filter((one) => !options.some(({ value }) => value === one));
    const all = [...options, ...unknown.map((value) => ({ value, label: use.translate('{value}（目录中没有）', { value }) }))];
    const toggle = (value, isOn) => {
      const now = isOn ? [...chosen, value] : chosen.filter((one) => one !== value);
      set(element, now.join(', '), use);
    };
    const row = ({ value, label: words }) =>
      jsxs('label', {
        children: [
          jsx('input', { type: 'checkbox', name: id, value, checked: chosen.includes(value), onChange: (event) => toggle(value, event.target.checked) }),
          words,
        ],
      });
    return jsxs('fieldset', { class: 'bio-properties-panel-entry gov-several', 'data-entry-id': id, children: [jsx('legend', { children: use.translate(label) }), ...all.map(row)] });
  };
  return [{ id, component: Several, isEdited: () => false }];
}

// A button: act(element, services).
export function act(id, label, does) {
  const Act = ({ element: selected, about: element = selected }) => {
    const use = services();
    return jsx('div', {
      class: 'bio-properties-panel-entry',
      'data-entry-id': id,
      children: jsx('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary', onClick: () => does(element, use), children: use.translate(label) }),
    });
  };
  return [{ id, component: Act, isEdited: () => false }];
}

export const attribute = (name) => ({
  get: (element) => element.businessObject.get(name) ?? '',
  set: (element, value, { modeling }) => modeling.updateProperties(element, { [name]: value || undefined }),
});

export const setting = (name) => ({
  get: (element) => property(settingsOf(element), name),
  set: (element, value, use) => writeProperties(use, element, { [name]: value }),
});

export const flag = (name) => ({
  get: (element) => property(settingsOf(element), name) === 'true',
  set: (element, value, use) => writeProperties(use, element, { [name]: value ? 'true' : '' }),
});
