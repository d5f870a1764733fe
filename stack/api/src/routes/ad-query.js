import { Fields } from '../fields.js';

export const TAGS = ['work', 'lifestyle', 'motor', 'mobile'];
export const NAME_MAX = 80;

/** At most 15 digits in all: a longer number could not be told from its neighbour as a double. */
const DIGITS = 15;
const AMOUNT = String.raw`\d{1,${DIGITS}}(?:\.\d{1,${DIGITS}})?`;
const PRICE = new RegExp(`^(?:(?<exact>${AMOUNT})|(?<from>${AMOUNT})?-(?<to>${AMOUNT})?)$`);

const SORTABLE = ['_id', 'nombre', 'venta', 'precio'];
const PARAMETERS = ['tag', 'venta', 'nombre', 'precio', 'start', 'limit', 'sort', 'includeTotal', 'token'];
const START_MAX = 2 ** 31 - 1;
const LIMIT_MAX = 1000;
/** Of `includeTotal`: whatever is not `true` means no. */
const ANY_WORD = { max: Infinity, controls: true };

/**
 * The filter, order and page that a query string asks for.
 *
 * @param {Record<string, string | string[]>} query
 * @returns {{filter: object, sort: Record<string, 1 | -1>, start: number, limit: number, includeTotal: boolean}}
 * @throws {import('../errors.js').Invalid}
 */
export function readListing(query) {
  const fields = new Fields(query, PARAMETERS);
  const filter = { ...byTag(fields), ...bySale(fields), ...byName(fields), ...byPrice(fields) };
  const sort = readSort(fields);
  const start = fields.integer('start', { min: 0, max: START_MAX, fallback: 0 });
  const limit = fields.integer('limit', { min: 1, max: LIMIT_MAX, fallback: LIMIT_MAX });
  const includeTotal = fields.text('includeTotal', ANY_WORD) === 'true';
  fields.done();
  return { filter, sort, start, limit, includeTotal };
}

function byTag(fields) {
  const value = fields.value('tag');
  if (value === undefined) return {};
  const tags = [value].flat();
  if (!tags.every((tag) => TAGS.includes(tag))) fields.fault('tag', 'FIELD_CHOICE', { choices: TAGS.join(', ') });
  return { tags: { $in: tags } };
}

function bySale(fields) {
  const value = fields.value('venta');
  if (value === undefined) return {};
  if (value !== 'true' && value !== 'false') fields.fault('venta', 'FIELD_BOOLEAN');
  return { venta: value === 'true' };
}

function byName(fields) {
  const prefix = fields.text('nombre', { max: NAME_MAX });
  if (!prefix) return {};
  const literal = prefix.replace(/[\\^$.*+?()[\]{}|/#\s-]/g, String.raw`\$&`);
  return { nombre: { $regex: `^${literal}`, $options: 'i' } };
}

function byPrice(fields) {
  const value = fields.text('precio', { max: 64 });
  if (value === undefined || value === '-') return {};
  const price = PRICE.exec(value)?.groups;
  if (!price || Object.values(price).some(isTooLong)) return fields.fault('precio', 'FIELD_PRICE');
  const { exact, from, to } = price;
  if (exact) return { precio: Number(exact) };
  if (Number(from) > Number(to)) return fields.fault('precio', 'FIELD_RANGE');
  return { precio: { ...(from && { $gte: Number(from) }), ...(to && { $lte: Number(to) }) } };
}

function isTooLong(amount = '') {
  return amount.replace('.', '').length > DIGITS;
}

function readSort(fields) {
  const value = fields.value('sort') ?? '_id';
  const descending = typeof value === 'string' && value.startsWith('-');
  const field = descending ? value.slice(1) : value;
  if (!SORTABLE.includes(field)) return fields.fault('sort', 'FIELD_CHOICE', { choices: SORTABLE.join(', ') });
  const direction = descending ? -1 : 1;
  // The id settles the order of equals, so that pages neither repeat nor skip a row.
  return field === '_id' ? { _id: direction } : { [field]: direction, _id: direction };
}
