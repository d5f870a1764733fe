import { html } from './html.mjs';
import { inline, markdown } from './markdown.mjs';
import { fieldTable, rules, typeOf } from './schema.mjs';

/** One operation: what it asks for and everything it may answer. */
export function renderOperation(description, operation) {
  const { method, path, operationId, summary } = operation;
  return html`<article id="${operationId}">
    <h3>${summary}</h3>
    <p class="call">
      <b class="${method}">${method.toUpperCase()}</b>
      <code>${path}</code>${operation.security && html` <small>asks for a token</small>`}
    </p>
    ${markdown(operation.description)} ${renderParameters(description, operation.parameters)}
    ${renderBody(description, operation.requestBody)}
    <h4>Answers</h4>
    ${Object.entries(operation.responses).map(([status, response]) => renderResponse(description, status, response))}
  </article> `;
}

function renderParameters(description, parameters = []) {
  if (parameters.length === 0) return undefined;
  return html`<h4>Parameters</h4>
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map((reference) => {
          const { name, in: place, description: meaning, schema } = description.resolve(reference);
          return html` <tr>
            <th scope="row"><code>${name}</code> <small>${place}</small></th>
            <td>${typeOf(description, schema)}</td>
            <td>${inline(meaning)} ${rules(description.resolve(schema))}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
}

function renderBody(description, body) {
  if (!body) return undefined;
  const [type] = Object.keys(body.content);
  const { schema, example } = body.content[type];
  return html`<h4>Body</h4>
    <p>${Object.keys(body.content).map((name, index) => html`${index ? ' or ' : ''}<code>${name}</code>`)}</p>
    ${fieldTable(description, schema)} ${renderExample(example)}`;
}

function renderResponse(description, status, reference) {
  const response = description.resolve(reference);
  const { schema, example } = response.content['application/json'];
  const kind = status.startsWith('2') ? 'good' : 'bad';
  return html`<details>
    <summary><b class="${kind}">${status}</b> ${inline(response.description)}</summary>
    ${fieldTable(description, schema)} ${renderExample(example)} ${renderHeaders(description, response.headers)}
  </details> `;
}

function renderHeaders(description, headers = {}) {
  return html`<p>
    <small
      >Headers:
      ${Object.entries(headers).map(([name, reference], index) => {
        const { description: meaning } = description.resolve(reference);
        return html`${index ? ' ' : ''}<code>${name}</code> ${inline(meaning)}`;
      })}</small
    >
  </p>`;
}

function renderExample(example) {
  return example && html`<pre><code>${JSON.stringify(example, null, 2)}</code></pre>`;
}
