// What was done to an element, in words.
import { filled } from '../words.js';
import { changes } from './merge.js';

const ATTRIBUTES = {
  name: '名称', 'camunda:candidateGroups': '办理岗位', 'camunda:formKey': '表单', 'camunda:assignee': '指定到人',
  'camunda:topic': '动作', 'camunda:decisionRef': '决策表', default: '默认走向', sourceRef: '起点', targetRef: '终点', cancelActivity: '中断',
};
const PROPERTIES = {
  name_en: '英文名称', stage: '进入的阶段', article: '依据', article_en: '依据（英文）', code: '期限规则编号',
  deadline: '办理期限', notice: '通知内容', to: '通知岗位', variables: '发起时带入的变量', subject: '每件流程针对',
};
const TEXTS = { timeDate: '期限', timeDuration: '期限', timeCycle: '期限', conditionExpression: '条件', text: '文字', documentation: '说明' };

export function nameOf(sides, id, translate, unnamed) {
  const unit = sides.mine.get(id) ?? sides.theirs.get(id) ?? sides.base.get(id);
  const kind = unit.node.localName.replace(/([A-Z])/g, ' $1').replace(/^./, (first) => first.toUpperCase());
  return `${unit.node.getAttribute('name')?.replace(/\s+/g, '') || unnamed}（${translate(kind)}）`;
}

// What a side did to an element, one line.
export function did(sides, side, id, translate, texts) {
  const [before, after] = [sides.base.get(id), sides[side].get(id)];
  if (!after) return texts.removed;
  if (!before) return texts.added;
  const done = changes(sides, side, id);
  if (!done) return '—';
  const what = done.says ? filled(texts.changed, { what: differences(before.node, after.node, translate) }) : '';
  return [what, done.looks ? texts.moved : ''].filter(Boolean).join('；');
}

function differences(before, after, translate) {
  const [old, now] = [facts(before), facts(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
  if (!keys.length) return translate('其他设置');
  return keys.map((key) => `${translate(key)} “${old.get(key) ?? ''}”→“${now.get(key) ?? ''}”`).join('，');
}

function facts(node) {
  const found = new Map();
  for (const [name, words] of Object.entries(ATTRIBUTES)) if (node.hasAttribute(name)) found.set(words, node.getAttribute(name));
  for (const child of node.children) {
    if (child.localName in TEXTS) found.set(TEXTS[child.localName], child.textContent.trim());
    if (/EventDefinition$/.test(child.localName)) for (const part of child.children) if (part.localName in TEXTS) found.set(TEXTS[part.localName], part.textContent.trim());
    if (child.localName !== 'extensionElements') continue;
    for (const one of child.getElementsByTagName('camunda:property')) {
      const name = one.getAttribute('name');
      found.set(PROPERTIES[name] ?? name, one.getAttribute('value'));
    }
  }
  return found;
}
