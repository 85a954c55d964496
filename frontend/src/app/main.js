// The page works without any of this; these elements make it quick.
import 'htmx.org';
import '../styles/app.css';
import './chart.js';
import './diagram.js';
import './file.js';
import './form.js';
import './inbox.js';
import './rows.js';
import './select.js';
import './tabs.js';
import './upload.js';
import { askFirst } from './confirm.js';
import { closeMenus } from './menu.js';
import { listenForTrouble, showFlashed } from './notes.js';
import { unfoldForPrint } from './paper.js';
import { reachWideTables } from './scroll.js';

closeMenus();
askFirst();
listenForTrouble();
showFlashed();
reachWideTables();
unfoldForPrint();
