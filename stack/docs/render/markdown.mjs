import { createRequire } from 'node:module';
import { Html } from './html.mjs';

// The renderer's dependencies are the API's development dependencies: one lock file for both.
const { Marked } = createRequire(new URL('../../api/package.json', import.meta.url))('marked');

const marked = new Marked({ gfm: true });

/** @param {string | undefined} text Markdown of our own sources, so its markup is trusted */
export function markdown(text) {
  return new Html(text ? marked.parse(text) : '');
}

/** The same without paragraphs, for a table's cell. */
export function inline(text) {
  return new Html(text ? marked.parseInline(text.trim()) : '');
}
