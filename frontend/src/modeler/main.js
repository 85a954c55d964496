// <gov-modeler>: draw a process of the pieces that the program knows.
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
import './modeler.css';
import { Findings } from './findings.js';
import { Keeping } from './keeping.js';
import CataloguePanel from './properties/provider.js';
import { tools } from './tools.js';
import { translated } from './translate.js';

customElements.define(
  'gov-modeler',
  class extends HTMLElement {
    connectedCallback() {
      if (!this.modeler) this.open();
    }

    disconnectedCallback() {
      this.modeler?.destroy();
      this.modeler = null;
    }

    async open() {
      const told = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
      const part = (name) => this.querySelector(`[data-part="${name}"]`);
      const headers = { 'X-CSRFToken': told.csrf };
      this.modeler = new Modeler({
        container: part('canvas'),
        propertiesPanel: { parent: part('panel') },
        additionalModules: [
          BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CreateAppendAnythingModule,
          Minimap, ColorPicker, NativeCopyPaste, AddExporter, CataloguePanel, translated(told.language),
        ],
        moddleExtensions: { camunda },
        catalogue: told.catalogue,
        exporter: { name: 'Xiaohao', version: told.version },
      });
      this.keeping = new Keeping(this.modeler, { state: part('state'), address: told.address, headers, revision: told.revision, texts: told.texts });
      this.findings = new Findings(this.modeler, { list: part('findings'), count: part('count'), address: `${told.address}/lint`, headers, texts: told.texts });
      tools(this, told);
      await this.show(told.xml);
    }

    async show(xml) {
      try {
        await this.modeler.importXML(xml);
        this.modeler.get('canvas').zoom('fit-viewport', 'auto');
        this.setAttribute('data-state', 'ready');
        await this.findings.check();
      } catch (error) {
        this.setAttribute('data-state', 'failed');
        this.querySelector('[data-part="state"]').textContent = error.message;
      }
    }
  },
);
