import express from 'express';
import helmet from 'helmet';
import { LoginAttempts } from './attempts.js';
import { body } from './http/body.js';
import { failure, notFound } from './http/failure.js';
import { guard } from './http/guard.js';
import { language } from './http/language.js';
import { patience } from './http/patience.js';
import { requestId } from './http/request-id.js';
import { anuncios } from './routes/anuncios.js';
import { health } from './routes/health.js';
import { pushtokens } from './routes/pushtokens.js';
import { usuarios } from './routes/usuarios.js';

/**
 * The HTTP side of the API, without a socket.
 *
 * @param {{database: import('./database.js').Database, tokens: import('./tokens.js').Tokens,
 *          drain: import('./drain.js').Drain}} parts
 */
export function createApp({ database, tokens, drain }) {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // As NGINX reads paths, whose rates are bound to them: /apiv1/USUARIOS would be a way around those of accounts.
  app.enable('case sensitive routing');
  // NGINX, the one hop in front, writes the client's address into X-Forwarded-For and drops what the client sent.
  app.set('trust proxy', 1);
  // The answers depend on a token and are small: no validators, no caching.
  app.set('etag', false);

  app.use(requestId, language, securityHeaders(), drain.middleware);
  app.use(patience, health({ database, drain }));
  // After the body, whose arrival loses the context that carries the budget.
  app.use('/apiv1', body(), patience);
  app.use('/apiv1/usuarios', usuarios({ database, tokens, attempts: new LoginAttempts(database) }));
  app.use('/apiv1/anuncios', anuncios({ database, guard: guard(tokens) }));
  app.use('/apiv1/pushtokens', pushtokens({ database }));
  app.use(notFound);
  app.use(failure);
  return app;
}

function securityHeaders() {
  const csp = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };
  const secure = helmet({ contentSecurityPolicy: csp, hsts: false, referrerPolicy: { policy: 'no-referrer' } });
  return [
    secure,
    (request, response, next) => {
      response.set('Cache-Control', 'no-store');
      next();
    },
  ];
}
