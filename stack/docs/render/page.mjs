import { html } from './html.mjs';
import { markdown } from './markdown.mjs';
import { renderOperation } from './operation.mjs';

/**
 * The whole description on one page that needs no script.
 *
 * @param {import('./description.mjs').Description} description
 * @param {string} guide Markdown
 * @returns {string}
 */
export function renderPage(description, guide) {
  const { info, tags } = description.document;
  const sections = tags.map((tag) => ({
    ...tag,
    id: tag.name.toLowerCase().replaceAll(' ', '-'),
    operations: description.operations().filter((operation) => operation.tags.includes(tag.name)),
  }));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}</title>
        <meta name="description" content="${info.summary}" />
        <link rel="stylesheet" href="style.css" />
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        ${renderContents(sections)}
        <main id="content">
          <header>
            <h1>${info.title} <small>${info.version}</small></h1>
            <p class="lead">${info.summary} <a href="openapi.yaml">OpenAPI description</a></p>
          </header>
          <section id="overview">${markdown(info.description)}</section>
          <section id="guide">${markdown(guide)}</section>
          ${sections.map((section) => renderSection(description, section))}
        </main>
      </body>
    </html> `.text;
}

function renderContents(sections) {
  return html`<nav aria-label="Contents">
    <ul>
      <li><a href="#overview">Overview</a></li>
      <li><a href="#guide">Guide</a></li>
      ${sections.map(
        ({ id, name, operations }) =>
          html`<li>
            <a href="#${id}">${name}</a>
            <ul>
              ${operations.map(({ operationId, summary }) => html`<li><a href="#${operationId}">${summary}</a></li>`)}
            </ul>
          </li> `,
      )}
    </ul>
  </nav>`;
}

function renderSection(description, { id, name, description: about, operations }) {
  return html`<section id="${id}">
    <h2>${name}</h2>
    ${markdown(about)} ${operations.map((operation) => renderOperation(description, operation))}
  </section> `;
}
