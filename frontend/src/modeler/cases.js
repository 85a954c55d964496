// How many open cases stand at each element: whoever moves it moves them.
import { filled, made } from './words.js';

export async function cases({ modeler, told, texts, headers }) {
  if (!told.cases) return;
  const answer = await fetch(told.cases, { headers }).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json();
  const draw = () => {
    const overlays = modeler.get('overlays');
    overlays.remove({ type: 'cases' });
    for (const [id, n] of Object.entries(counts)) {
      if (!n || !modeler.get('elementRegistry').get(id)) continue;
      const html = made('span', { class: 'cases', title: filled(texts.cases_long, { n }) }, filled(texts.cases, { n }));
      overlays.add(id, 'cases', { position: { top: -11, right: 20 }, html });
    }
  };
  draw();
  modeler.on('import.done', draw);
}
