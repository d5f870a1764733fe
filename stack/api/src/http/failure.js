import { isUnavailable } from '../database.js';
import { ApiError, Invalid, Unavailable } from '../errors.js';
import { describeError, log } from '../log.js';
import { message } from '../messages.js';

/** What the body parsers and the router call their refusals, by status. */
const OF_EXPRESS = { 400: 'BODY_MALFORMED', 413: 'BODY_TOO_LARGE', 415: 'BODY_TYPE' };

/** The last handler: every failure becomes the error envelope, and only its kind decides what is said. */
// Express knows an error handler by its four parameters.
// eslint-disable-next-line no-unused-vars
export function failure(error, request, response, next) {
  const answer = asApiError(error);
  if (answer.code >= 500) {
    log(answer.code === 500 ? 'error' : 'warn', 'request failed', {
      request: response.locals.requestId,
      method: request.method,
      path: request.path,
      status: answer.code,
      ...describeError(error),
    });
  }
  response
    .status(answer.code)
    .set(answer.headers)
    .json({ ok: false, error: envelope(answer, response.locals) });
}

/** Unknown paths: JSON where an API client asks, a page elsewhere. */
export function notFound(request, response) {
  if (request.path.startsWith('/api')) throw new ApiError(404, 'NOT_FOUND');
  const { language } = response.locals;
  const text = message('NOT_FOUND', language);
  response
    .status(404)
    .type('html')
    .send(`<!doctype html><html lang="${language}"><title>${text}</title><h1>404: ${text}</h1></html>\n`);
}

function asApiError(error) {
  if (error instanceof ApiError) return error;
  if (isUnavailable(error)) return new Unavailable();
  if (error?.expose === true && error.status >= 400 && error.status < 500) {
    const code = error.status in OF_EXPRESS ? error.status : 400;
    return new ApiError(code, OF_EXPRESS[code]);
  }
  // The router's refusal of a path such as /%zz.
  if (error instanceof URIError) return new ApiError(400, 'BAD_REQUEST');
  return new ApiError(500, 'GENERIC');
}

function envelope(error, { language, requestId }) {
  const told = { code: error.code, message: message(error.key, language) };
  if (error instanceof Invalid) {
    told.errors = error.faults.map(({ field, key, values }) => ({ field, message: message(key, language, values) }));
  }
  if (error.code === 500) told.request = requestId;
  return told;
}
