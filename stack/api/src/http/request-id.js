import { randomBytes } from 'node:crypto';

/** Gives each request the id under which the proxy logs it, or one of our own, and names it in the answer. */
export function requestId(request, response, next) {
  const given = request.get('x-request-id');
  const id = given !== undefined && /^[0-9a-f]{32}$/.test(given) ? given : randomBytes(16).toString('hex');
  response.locals.requestId = id;
  response.set('X-Request-Id', id);
  next();
}
