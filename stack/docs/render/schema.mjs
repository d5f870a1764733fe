import { html } from './html.mjs';
import { inline } from './markdown.mjs';

/** A table with a row for each field, those of nested objects under their path. */
export function fieldTable(description, schema) {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${fields(description, schema).map(
        ({ name, required, field }) =>
          html` <tr>
            <th scope="row"><code>${name}</code>${required ? '' : html` <small>optional</small>`}</th>
            <td>${typeOf(description, field)}</td>
            <td>${inline(field.description)} ${rules(field)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function fields(description, reference, prefix = '') {
  const schema = description.resolve(reference);
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const field = description.resolve(value);
    const name = prefix + key;
    const own = { name, required: schema.required?.includes(key) ?? false, field };
    if (field.properties) return [own, ...fields(description, field, `${name}.`)];
    const item = field.items && description.resolve(field.items);
    return item?.properties ? [own, ...fields(description, item, `${name}[].`)] : [own];
  });
}

/** Such as `string`, `list of string`, `"ios" or "android"`. */
export function typeOf(description, reference) {
  const schema = description.resolve(reference);
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) return schema.enum.map((value, index) => html`${index ? ' or ' : ''}<code>${value}</code>`);
  if (schema.type === 'array') return html`list of ${typeOf(description, schema.items)}`;
  const type = [schema.type].flat().join(' or ');
  return schema.format ? `${type} (${schema.format})` : type;
}

/** The limits of a field, in words. */
export function rules(schema) {
  const told = [
    schema.minLength !== undefined && `at least ${characters(schema.minLength)}`,
    schema.maxLength !== undefined && `at most ${characters(schema.maxLength)}`,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `up to ${schema.maximum}`,
    schema.maxItems !== undefined && `at most ${schema.maxItems} items`,
    schema.default !== undefined && `default ${schema.default}`,
  ].filter(Boolean);
  return told.length > 0 && html`<small>${told.join(', ')}</small>`;
}

function characters(count) {
  return count === 1 ? '1 character' : `${count} characters`;
}
