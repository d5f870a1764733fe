// Renders ../api/openapi.yaml and guide.md to dist/, or with --check says whether dist/ is what they give.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Description } from './render/description.mjs';
import { renderPage } from './render/page.mjs';

const source = new URL('../api/openapi.yaml', import.meta.url);
const dist = new URL('dist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

const files = {
  'index.html': renderPage(new Description(source), read('guide.md')),
  'style.css': read('style.css'),
  'openapi.yaml': readFileSync(source, 'utf8'),
};

if (process.argv.includes('--check')) {
  const stale = Object.keys(files).filter((name) => !isSame(new URL(name, dist), files[name]));
  if (stale.length > 0) {
    console.error(`stack/docs/dist is out of date (${stale.join(', ')}): run stack/docs/build`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(dist, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, dist), text);
}

function isSame(file, text) {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}
