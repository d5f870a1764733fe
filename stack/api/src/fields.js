import { Invalid } from './errors.js';

/**
 * Reads the fields of one request and collects everything that is wrong with them. Only strings (and, in JSON, the
 * exact other types a rule names) pass: objects such as `{"$ne": ""}` never reach a query.
 */
export class Fields {
  #source;
  #faults = [];

  /**
   * @param {unknown} source a parsed body or query
   * @param {string[]} names the fields of this request. `name[…]` is how an operator is smuggled in: a fault of `name`
   */
  constructor(source, names) {
    this.#source = source !== null && typeof source === 'object' && !Array.isArray(source) ? source : {};
    for (const key of Object.keys(this.#source)) {
      const bracket = key.indexOf('[');
      const name = key.slice(0, bracket);
      if (bracket > 0 && names.includes(name)) this.fault(name, 'FIELD_NOT_TEXT');
    }
  }

  /** The raw value, or undefined where the client did not send the field. */
  value(name) {
    return Object.hasOwn(this.#source, name) ? this.#source[name] : undefined;
  }

  /** Note a fault; the first of each field is the one that is told. Returns undefined, for `return fields.fault(…)`. */
  fault(field, key, values) {
    if (!this.#faults.some((known) => known.field === field)) this.#faults.push({ field, key, values });
    return undefined;
  }

  /**
   * A string within `min` and `max` characters (code points), without control characters unless the rule allows them.
   * `tidy` is done to it before it is looked at.
   *
   * @param {string} name
   * @param {{required?: boolean, min?: number, max: number, controls?: boolean, tidy?: (text: string) => string}} rule
   * @returns {string | undefined} undefined where it is absent or at fault
   */
  text(name, { required = false, min = 0, max, controls = false, tidy = (text) => text }) {
    const sent = this.value(name);
    const value = typeof sent === 'string' ? tidy(sent) : sent;
    if (value === undefined || (required && value === '')) {
      return required ? this.fault(name, 'FIELD_MISSING') : undefined;
    }
    const [key, values] = textFault(value, { min, max, controls }) ?? [];
    return key ? this.fault(name, key, values) : value;
  }

  /** A string that matches `pattern`; `key` is the message where it does not. */
  matching(name, pattern, key, rule) {
    const value = this.text(name, rule);
    if (value === undefined || pattern.test(value)) return value;
    return this.fault(name, key);
  }

  /** A whole number written in decimal digits. */
  integer(name, { min, max, fallback }) {
    const value = this.value(name);
    if (value === undefined) return fallback;
    const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    return number >= min && number <= max ? number : this.fault(name, 'FIELD_INTEGER', { min, max });
  }

  /** @throws {Invalid} with every fault, if there is one */
  done() {
    if (this.#faults.length > 0) throw new Invalid(this.#faults);
  }
}

function textFault(value, { min, max, controls }) {
  if (typeof value !== 'string') return ['FIELD_NOT_TEXT'];
  // A regular expression with NUL is refused by the database, a lone surrogate is not UTF-8.
  if ((!controls && /\p{Cc}/u.test(value)) || !value.isWellFormed()) return ['FIELD_CHARACTERS'];
  const length = [...value].length;
  if (length < min) return ['FIELD_SHORT', { min }];
  if (length > max) return ['FIELD_LONG', { max }];
  return undefined;
}
