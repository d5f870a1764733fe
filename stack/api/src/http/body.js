import express from 'express';
import { ApiError } from '../errors.js';

const LIMIT = '16kb';
const TYPES = ['application/json', 'application/x-www-form-urlencoded'];

/** Parses JSON and URL-encoded bodies. Compressed ones are refused: 16 kB need no compression, and may hide gigabytes. */
export function body() {
  return [
    refuseOtherTypes,
    express.json({ limit: LIMIT, inflate: false, strict: true }),
    // The simple parser: `a[$ne]=x` stays a field of that literal name instead of becoming an operator.
    express.urlencoded({ limit: LIMIT, inflate: false, extended: false, parameterLimit: 100 }),
  ];
}

function refuseOtherTypes(request, response, next) {
  // `is` answers null where there is no body at all.
  if (request.is(TYPES) === false && request.get('content-length') !== '0') throw new ApiError(415, 'BODY_TYPE');
  next();
}
