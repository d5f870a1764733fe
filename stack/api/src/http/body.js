import { isUtf8 } from 'node:buffer';
import express from 'express';
import { ApiError } from '../errors.js';

const LIMIT = '16kb';
const TYPES = ['application/json', 'application/x-www-form-urlencoded'];

/** Parses JSON and URL-encoded bodies. Compressed ones are refused: 16 kB need no compression, and may hide gigabytes. */
export function body() {
  const rules = { limit: LIMIT, inflate: false, verify: refuseBrokenText };
  return [
    refuseOtherTypes,
    express.json({ ...rules, strict: true }),
    // The simple parser: `a[$ne]=x` stays a field of that literal name instead of becoming an operator.
    express.urlencoded({ ...rules, extended: false, parameterLimit: 100 }),
  ];
}

/** Decoded, every byte that is no UTF-8 would become the same sign: two passwords or push tokens would be one. */
function refuseBrokenText(request, response, bytes, charset) {
  if (charset === 'utf-8' && !isUtf8(bytes)) throw new ApiError(400, 'BODY_MALFORMED');
}

function refuseOtherTypes(request, response, next) {
  // `is` answers null where there is no body at all.
  if (request.is(TYPES) === false && request.get('content-length') !== '0') throw new ApiError(415, 'BODY_TYPE');
  next();
}
