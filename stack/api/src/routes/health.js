import { Router } from 'express';
import { Unavailable } from '../errors.js';
import { allowOnly } from '../http/methods.js';

/**
 * For the engine and the operator; NGINX does not pass these on.
 *
 * @param {{database: import('../database.js').Database, drain: import('../drain.js').Drain}} parts
 */
export function health({ database, drain }) {
  const router = Router({ caseSensitive: true });

  allowOnly(router, '/healthz', ['GET']);
  allowOnly(router, '/readyz', ['GET']);

  router.get('/healthz', (request, response) => {
    response.json({ ok: true });
  });

  router.get('/readyz', async (request, response) => {
    if (drain.started) throw new Unavailable();
    await database.checkReadable();
    response.json({ ok: true });
  });

  return router;
}
