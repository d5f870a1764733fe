import { isUtf8 } from 'node:buffer';
import express from 'express';
import { ApiError } from '../errors.js';

const LIMIT = '16kb';
const JSON_TYPE = 'application/json';
const TYPES = [JSON_TYPE, 'application/x-www-form-urlencoded'];

/** Parses JSON and URL-encoded bodies. Compressed ones are refused: 16 kB need no compression, and may hide gigabytes. */
export function body() {
  const rules = { limit: LIMIT, inflate: false, verify: refuseBrokenText };
  return [
    refuseOtherTypes,
    express.json({
      ...rules,
      strict: true,
      type: (request) => !request.headers['content-type'] || request.is(JSON_TYPE),
    }),
    // The simple parser: `a[$ne]=x` stays a field of that literal name instead of becoming an operator.
    express.urlencoded({ ...rules, extended: false, parameterLimit: 10_000 }),
  ];
}

/** Decoded, every byte that is no UTF-8 would become the same sign: two passwords or push tokens would be one. */
function refuseBrokenText(request, response, bytes, charset) {
  if (charset === 'utf-8' && !isUtf8(bytes)) throw new ApiError(400, 'BODY_MALFORMED');
}

function refuseOtherTypes(request, response, next) {
  const type = request.headers['content-type'];
  if (!type) return next(); // then it is JSON
  request.headers['content-type'] = type.replace(/(charset="?)utf8\b/i, '$1utf-8'); // as many clients call it
  // `is` answers null where there is no body at all.
  if (request.is(TYPES) === false && request.get('content-length') !== '0') throw new ApiError(415, 'BODY_TYPE');
  return next();
}
