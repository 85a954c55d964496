// The editor's words in the reader's language. What has no Chinese is noted, and a test fails.
import chinese from './zh.json';

const missing = (window.missingWords = new Set());

export function translated(language) {
  const translate = (template, values = {}) => {
    const word = language === 'zh' ? chinese[template] : template;
    if (word === undefined && /[A-Za-z]{2}/.test(template)) missing.add(template);
    return (word ?? template).replace(/{\s*([^}\s]+)\s*}/g, (whole, key) => values[key] ?? whole);
  };
  return { translate: ['value', translate] };
}
