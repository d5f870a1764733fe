import { Router } from 'express';
import { isDuplicate } from '../database.js';
import { ApiError } from '../errors.js';
import { allowOnly } from '../http/methods.js';
import { message } from '../messages.js';
import { hashPassword, verifyPassword } from '../passwords.js';
import { readCredentials, readRegistration } from './user-body.js';

/**
 * Registration and login.
 *
 * @param {{database: import('../database.js').Database, tokens: import('../tokens.js').Tokens,
 *          attempts: import('../attempts.js').LoginAttempts}} parts
 */
export function usuarios({ database, tokens, attempts }) {
  const router = Router({ caseSensitive: true });

  allowOnly(router, '/register', ['POST']);
  router.post('/register', async (request, response) => {
    const { nombre, email, clave } = readRegistration(request.body);
    await refuseKnown(database, email);
    const user = { nombre, email, clave: await hashPassword(clave) };
    try {
      await database.ask('usuarios', (users) => users.insertOne(user));
    } catch (error) {
      if (isDuplicate(error)) throw new ApiError(409, 'EMAIL_TAKEN');
      throw error;
    }
    response.json({ ok: true, message: message('USER_CREATED', response.locals.language) });
  });

  allowOnly(router, '/authenticate', ['POST']);
  router.post('/authenticate', async (request, response) => {
    const { email, clave } = readCredentials(request.body);
    const settle = await attempts.take(email, request.ip);
    const { user, right } = await look(database, email, clave).catch(async (error) => {
      await settle(false); // what the database or the queue for hashing could not answer was no guess
      throw error;
    });
    await settle(!right);
    if (!right) throw new ApiError(401, 'BAD_CREDENTIALS');
    response.json({ ok: true, token: await tokens.issue(user._id.toHexString()) });
  });

  return router;
}

/** A user, and whether the password is theirs; the same work where there is none. */
async function look(database, email, clave) {
  const user = await database.ask('usuarios', (users) => users.findOne({ email }, { projection: { clave: 1 } }));
  return { user, right: await verifyPassword(clave, user?.clave) };
}

/** Before the costly hash. What another worker registers meanwhile, the unique index refuses. */
async function refuseKnown(database, email) {
  const known = await database.ask('usuarios', (users) => users.findOne({ email }, { projection: { _id: 1 } }));
  if (known) throw new ApiError(409, 'EMAIL_TAKEN');
}
