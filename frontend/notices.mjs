// Writes THIRD_PARTY_NOTICES.txt: the licence of every package whose code is in the bundles.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = /^(licen[cs]e|copying|notice)/i;

export default function notices(lock, root) {
  return {
    name: 'third-party-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const used = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.moduleIds ?? []) note(id, used);
      }
      used.add('bootstrap'); // its styles come in through @import, which leaves no module behind
      const texts = [...used].sort().map((name) => notice(lock, root, name));
      const source = [...new Set(texts)].join('\n');
      this.emitFile({ type: 'asset', fileName: 'THIRD_PARTY_NOTICES.txt', source });
    },
  };
}

function note(id, used) {
  // A package may keep another within it: "echarts/node_modules/tslib".
  const match = id.replace(/\\/g, '/').match(/\/node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//);
  if (match) used.add(match[1]);
}

function notice(lock, root, name) {
  const folder = join(root, 'node_modules', name);
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { version } = lock.packages[`node_modules/${name}`];
  const texts = readdirSync(folder)
    .filter((file) => NAMES.test(file) && existsSync(join(folder, file)))
    .sort()
    .flatMap((file) => filesAt(join(folder, file)))
    .map((file) => readFileSync(file, 'utf8').replace(/\r\n/g, '\n').trim());
  const rule = '='.repeat(78);
  return `${rule}\n${about.name} ${version} (${about.license})\n${rule}\n\n${texts.join('\n\n') || about.license}\n`;
}

/** Some keep the licences of what they took over in a folder. */
function filesAt(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().map((file) => join(path, file));
}
