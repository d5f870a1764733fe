import { languageOf } from '../messages.js';

/** Settles the language of the answer's messages. */
export function language(request, response, next) {
  response.locals.language = languageOf(request);
  response.vary('Accept-Language').vary('X-Lang');
  response.set('Content-Language', response.locals.language);
  next();
}
