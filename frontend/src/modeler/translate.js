// The editor's own words in the reader's language: its English ones in Chinese, our Chinese ones in
// English. What has no translation is noted, and a test fails.
import theirs from 'bpmn-js-i18n/translations/zn';
import english from './en.json';
import chinese from './zh.json';

const WORDS = { zh: { ...theirs, ...chinese }, en: english };
const OURS = /[\u3400-\u9fff]/;
const lacks = { zh: (text) => /[A-Za-z]{2}/.test(text) && !OURS.test(text), en: (text) => OURS.test(text) };
const missing = (window.missingWords = new Set());

export function translated(language) {
  const translate = (template, values = {}) => {
    const word = WORDS[language][template];
    if (word === undefined && lacks[language](template)) missing.add(template);
    return (word ?? template).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);
  };
  return { translate: ['value', translate] };
}
