// The decision-table part of dmn-js alone: cells are plain text in our own expression language, so
// neither the editors for FEEL nor those for other kinds of decisions come along.
import contextMenu from 'table-js/lib/features/context-menu';
import editorActions from 'table-js/lib/features/editor-actions';
import interactionEvents from 'table-js/lib/features/interaction-events';
import selection from 'table-js/lib/features/selection';
import addRule from 'dmn-js-decision-table/lib/features/add-rule';
import annotations from 'dmn-js-decision-table/lib/features/annotations/editor';
import cellSelection from 'dmn-js-decision-table/lib/features/cell-selection';
import tableContextMenu from 'dmn-js-decision-table/lib/features/context-menu';
import copyCutPaste from 'dmn-js-decision-table/lib/features/copy-cut-paste';
import copyKeys from 'dmn-js-decision-table/lib/features/copy-cut-paste/key-bindings';
import createInputs from 'dmn-js-decision-table/lib/features/create-inputs';
import head from 'dmn-js-decision-table/lib/features/decision-table-head/editor';
import properties from 'dmn-js-decision-table/lib/features/decision-table-properties/editor';
import rules from 'dmn-js-decision-table/lib/features/decision-rules/editor';
import dragAndDrop from 'dmn-js-decision-table/lib/features/drag-and-drop';
import tableActions from 'dmn-js-decision-table/lib/features/editor-actions';
import hitPolicy from 'dmn-js-decision-table/lib/features/hit-policy/editor';
import { HIT_POLICIES } from 'dmn-js-decision-table/lib/features/hit-policy/HitPolicies';
import keyboard from 'dmn-js-decision-table/lib/features/keyboard';
import modeling from 'dmn-js-decision-table/lib/features/modeling';
import Viewer from 'dmn-js-decision-table/lib/Viewer';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import dataTypes from 'dmn-js-shared/lib/features/data-types';
import expressionLanguages from 'dmn-js-shared/lib/features/expression-languages';
import { is } from 'dmn-js-shared/lib/util/ModelUtil';

const RUN_HERE = ['UNIQUE', 'FIRST', 'ANY', 'COLLECT'];

/** Offer only the hit policies that the program runs, and the one that the file has. */
export function offerPolicies(xml) {
  const own = /hitPolicy="([^"]*)"/.exec(xml)?.[1];
  const kept = HIT_POLICIES.filter(({ value }) => value.hitPolicy === own || (RUN_HERE.includes(value.hitPolicy) && !value.aggregation));
  HIT_POLICIES.splice(0, HIT_POLICIES.length, ...kept);
}

class TableEditor extends Viewer {
  getModules() {
    return [
      ...Viewer._getModules(), addRule, annotations, cellSelection, contextMenu, copyCutPaste, copyKeys,
      createInputs, dataTypes, tableContextMenu, tableActions, head, dragAndDrop, expressionLanguages,
      keyboard, properties, editorActions, hitPolicy, interactionEvents, modeling, rules, selection,
    ];
  }
}

export default class DecisionTables extends EditingManager {
  _getViewProviders() {
    return [
      {
        id: 'decisionTable',
        constructor: TableEditor,
        opens: (element) => is(element, 'dmn:Decision') && is(element.decisionLogic, 'dmn:DecisionTable'),
      },
    ];
  }
}
