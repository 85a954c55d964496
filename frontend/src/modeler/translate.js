// The editor's own words in the reader's language. What has no Chinese is noted, and a test fails.
import chinese from 'bpmn-js-i18n/translations/zn';
import own from './zh.json';

const WORDS = { ...chinese, ...own };
const missing = (window.missingWords = new Set());

export function translated(language) {
  const translate = (template, values = {}) => {
    const word = language === 'en' ? template : WORDS[template];
    if (word === undefined && /[A-Za-z]{2}/.test(template)) missing.add(template);
    return (word ?? template).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);
  };
  return { translate: ['value', translate] };
}
