import { ApiError } from '../errors.js';

/**
 * Lets a request pass that carries a valid token: in the body, the query, `x-access-token` or `Authorization: Bearer`,
 * the first of them that is there.
 *
 * @param {import('../tokens.js').Tokens} tokens
 * @returns {import('express').RequestHandler} answers 403 without a token, 401 with one that is not valid
 */
export function guard(tokens) {
  return async (request, response, next) => {
    const token = tokenOf(request);
    if (token === undefined) throw new ApiError(403, 'NO_TOKEN');
    const userId = typeof token === 'string' ? await tokens.verify(token) : undefined;
    if (userId === undefined) throw new ApiError(401, 'BAD_TOKEN', { 'WWW-Authenticate': 'Bearer' });
    response.locals.userId = userId;
    next();
  };
}

function tokenOf(request) {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
  const places = [request.body?.token, request.query.token, request.get('x-access-token'), bearer];
  return places.find((token) => token !== undefined && token !== null && token !== '');
}
