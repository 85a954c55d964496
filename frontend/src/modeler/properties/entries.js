// The fields of the panel, each made of where its value lies and how it is chosen.
import {
  CheckboxEntry, NumberFieldEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isNumberFieldEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { jsx } from '@bpmn-io/properties-panel/preact/jsx-runtime';
import { useService } from 'bpmn-js-properties-panel';
import { property, settingsOf, writeProperties } from './write.js';

const KINDS = {
  text: [TextFieldEntry, isTextFieldEntryEdited],
  long: [TextAreaEntry, isTextAreaEntryEdited],
  number: [NumberFieldEntry, isNumberFieldEntryEdited],
  choice: [SelectEntry, isSelectEntryEdited],
  yes: [CheckboxEntry, isCheckboxEntryEdited],
};

export function services() {
  return {
    bpmnFactory: useService('bpmnFactory'),
    commandStack: useService('commandStack'),
    modeling: useService('modeling'),
    debounce: useService('debounceInput'),
    translate: useService('translate'),
  };
}

// field(id, kind, label, {get, set, options, help, validate}) → an entry of a group.
export function field(id, kind, label, { get, set, options, help, validate, ...more }) {
  const [component, isEdited] = KINDS[kind];
  const Field = ({ element, id: entry }) => {
    const use = services();
    return jsx(component, {
      element,
      id: entry,
      label,
      description: help,
      debounce: use.debounce,
      getValue: () => get(element),
      setValue: (value) => set(element, value ?? '', use),
      ...(options ? { getOptions: () => withCurrent(options(element), get(element)) } : {}),
      ...(validate ? { validate } : {}),
      ...more,
    });
  };
  return { id, component: Field, isEdited };
}

// What a file from elsewhere holds is shown, and said to be unknown; it is never lost by looking.
function withCurrent(options, value) {
  const all = [{ value: '', label: '（未设置）' }, ...options];
  return value && !all.some((one) => one.value === value) ? [...all, { value, label: `${value}（目录中没有）` }] : all;
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
