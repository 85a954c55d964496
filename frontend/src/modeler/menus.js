// The menus offer no piece that the linter would refuse wherever it stands.
const REFUSED = /complex-gateway|ad-?hoc|compensat|link-|-link|call-activity/i;
const LAST = 100;

class KnownPieces {
  constructor(popupMenu) {
    for (const menu of ['bpmn-append', 'bpmn-create', 'bpmn-replace']) popupMenu.registerProvider(menu, LAST, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));
  }

  getHeaderEntries() {
    return (entries) => entries;
  }
}

KnownPieces.$inject = ['popupMenu'];

export default { __init__: ['knownPieces'], knownPieces: ['type', KnownPieces] };
