import { ApiError } from '../errors.js';

/**
 * Answer any method but `methods` with 405 and Allow. To be called before the path's handlers and its guard, so that a
 * wrong method is refused before anything else is looked at.
 *
 * @param {import('express').Router} router
 * @param {string} path
 * @param {('GET' | 'POST')[]} methods GET brings HEAD with it
 */
export function allowOnly(router, path, methods) {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  router.all(path, (request, response, next) => {
    if (allowed.includes(request.method)) next();
    else throw new ApiError(405, 'METHOD', { Allow: allowed.join(', ') });
  });
}
