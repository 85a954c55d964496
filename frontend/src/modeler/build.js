// The drawing board with everything that belongs to it.
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import ColorPicker from 'bpmn-js-color-picker';
import NativeCopyPaste from 'bpmn-js-native-copy-paste';
import Modeler from 'bpmn-js/lib/Modeler';
import AddExporter from '@bpmn-io/add-exporter';
import Minimap from 'diagram-js-minimap';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import KnownPieces from './menus.js';
import Clocks from './properties/clocks.js';
import CataloguePanel from './properties/provider.js';
import { translated } from './translate.js';

const WIDE = 992;

export function build(board) {
  const { told } = board;
  const modeler = new Modeler({
    container: board.part('canvas'),
    propertiesPanel: { parent: board.part('panel') },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CreateAppendAnythingModule,
      Minimap, ColorPicker, NativeCopyPaste, AddExporter, KnownPieces, Clocks, CataloguePanel, translated(told.language),
    ],
    moddleExtensions: { camunda },
    catalogue: told.catalogue,
    exporter: { name: 'Xiaohao', version: told.version },
  });
  if (innerWidth >= WIDE) modeler.get('minimap').open();
  return modeler;
}
