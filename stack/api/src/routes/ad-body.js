import { Fields } from '../fields.js';
import { NAME_MAX, TAGS } from './ad-query.js';

const PRICE_MAX = 999_999_999_999;
/** How JSON writes a number that is not negative. */
const NUMBER = /^\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.(?:jpe?g|png|webp|avif)$/;

/**
 * A new ad. JSON carries the types themselves; a form, which knows only text, their spelling.
 *
 * @param {unknown} body parsed
 * @param {{form?: boolean}} [source] whether it came as a URL-encoded form
 * @returns {{nombre: string, venta: boolean, precio: number, foto?: string, tags: string[]}}
 * @throws {import('../errors.js').Invalid}
 */
export function readAd(body, { form = false } = {}) {
  const fields = new Fields(body, ['nombre', 'venta', 'precio', 'foto', 'tags']);
  const read = form ? FROM_FORM : AS_SENT;
  const nombre = fields.text('nombre', { required: true, min: 1, max: NAME_MAX });
  if (nombre?.trim() === '') fields.fault('nombre', 'FIELD_MISSING');
  const venta = readSale(fields, read.boolean);
  const precio = readPrice(fields, read.number);
  const foto = fields.matching('foto', FILE, 'FIELD_FILE', { max: 105 });
  const tags = readTags(fields, read.list);
  fields.done();
  return { nombre, venta, precio, ...(foto !== undefined && { foto }), tags };
}

const AS_SENT = { boolean: (value) => value, number: (value) => value, list: (value) => value };
const FROM_FORM = {
  boolean: (value) => ({ true: true, false: false })[value],
  number: (value) => (NUMBER.test(value) ? Number(value) : undefined),
  list: (value) => [value].flat(),
};

function readSale(fields, parse) {
  const value = fields.value('venta');
  if (value === undefined) return fields.fault('venta', 'FIELD_MISSING');
  const sale = parse(value);
  return typeof sale === 'boolean' ? sale : fields.fault('venta', 'FIELD_BOOLEAN');
}

function readPrice(fields, parse) {
  const value = fields.value('precio');
  if (value === undefined) return fields.fault('precio', 'FIELD_MISSING');
  const price = parse(value);
  const valid = typeof price === 'number' && price >= 0 && price <= PRICE_MAX;
  return valid ? price : fields.fault('precio', 'FIELD_NUMBER', { min: 0, max: PRICE_MAX });
}

function readTags(fields, parse) {
  const value = fields.value('tags');
  if (value === undefined) return [];
  const tags = parse(value);
  if (!Array.isArray(tags) || tags.length > TAGS.length)
    return fields.fault('tags', 'FIELD_LIST', { max: TAGS.length });
  if (!tags.every((tag) => TAGS.includes(tag)))
    return fields.fault('tags', 'FIELD_CHOICE', { choices: TAGS.join(', ') });
  return [...new Set(tags)];
}
