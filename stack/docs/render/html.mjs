/** Markup that needs no escaping any more. */
export class Html {
  constructor(text) {
    this.text = text;
  }
}

/** A template whose values are escaped, unless they are markup themselves; lists are joined, nothing is nothing. */
export function html(strings, ...values) {
  return new Html(strings.reduce((text, string, index) => text + markup(values[index - 1]) + string));
}

function markup(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(markup).join('');
  if (value === undefined || value === null || value === false) return '';
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
