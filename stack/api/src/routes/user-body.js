import { Fields } from '../fields.js';

/** Letters of any alphabet with their accents; words are parted by one space. */
const NAME = /^\p{L}[\p{L}\p{M}]*(?: \p{L}[\p{L}\p{M}]*)*$/u;

/**
 * As RFC 5321 has them unquoted: no dot at either end before the sign, no two together. A dotted domain is asked for: this
 * address is meant to be written to from the internet.
 */
const EMAIL =
  /^(?!\.|[^@]*\.[.@])[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const EMAIL_MAX = 254;
/** Whatever a password manager comes up with: only a hash of it is ever kept. */
const PASSWORD = { required: true, min: 8, max: 128, controls: true };

/**
 * @param {unknown} body parsed
 * @returns {{nombre: string, email: string, clave: string}}
 * @throws {import('../errors.js').Invalid}
 */
export function readRegistration(body) {
  const fields = new Fields(body, ['nombre', 'email', 'clave']);
  const nombre = fields.matching('nombre', NAME, 'FIELD_LETTERS', { required: true, min: 2, max: 80, tidy: composed });
  const email = readEmail(fields);
  if (email !== undefined && !EMAIL.test(email)) fields.fault('email', 'FIELD_EMAIL');
  const clave = fields.text('clave', PASSWORD);
  fields.done();
  return { nombre, email, clave };
}

/**
 * @param {unknown} body parsed
 * @returns {{email: string, clave: string}}
 * @throws {import('../errors.js').Invalid}
 */
export function readCredentials(body) {
  const fields = new Fields(body, ['email', 'clave']);
  const email = readEmail(fields);
  // No rule of form here: an address or password that could not be registered is simply a wrong one.
  const clave = fields.text('clave', { ...PASSWORD, min: 1 });
  fields.done();
  return { email, clave };
}

function readEmail(fields) {
  return fields.text('email', { required: true, max: EMAIL_MAX, tidy: (text) => text.trim().toLowerCase() });
}

/** An accent and its letter as one character, so that they count as one. */
function composed(text) {
  return text.normalize('NFC');
}
