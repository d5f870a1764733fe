import { Router } from 'express';
import { ObjectId } from 'mongodb';
import { upsert } from '../database.js';
import { ApiError } from '../errors.js';
import { Fields } from '../fields.js';
import { allowOnly } from '../http/methods.js';

const PLATFORMS = ['ios', 'android'];
const TOKEN_MAX = 4096;

/**
 * Push tokens, open to anyone by contract.
 *
 * @param {{database: import('../database.js').Database}} parts
 */
export function pushtokens({ database }) {
  const router = Router({ caseSensitive: true });

  allowOnly(router, '/', ['POST']);
  router.post('/', async (request, response) => {
    const { token, plataforma, usuario } = readPushToken(request.body);
    if (usuario && !(await exists(database, usuario))) throw new ApiError(404, 'USER_NOT_FOUND');
    // Sent again, a token keeps its identity and date; a user named this time takes the place of the one before.
    const change = { $setOnInsert: { createdAt: new Date() }, ...(usuario && { $set: { usuario } }) };
    const stored = await database.ask('pushtokens', (tokens) => upsert(tokens, { token, plataforma }, change));
    response.json({ ok: true, created: present(stored) });
  });

  return router;
}

function exists(database, _id) {
  return database.ask('usuarios', (users) => users.findOne({ _id }, { projection: { _id: 1 } }));
}

function readPushToken(body) {
  const fields = new Fields(body, ['pushtoken', 'plataforma', 'idusuario']);
  const token = fields.text('pushtoken', { required: true, max: TOKEN_MAX });
  const plataforma = fields.text('plataforma', { required: true, max: 16 })?.toLowerCase();
  if (plataforma !== undefined && !PLATFORMS.includes(plataforma)) {
    fields.fault('plataforma', 'FIELD_CHOICE', { choices: PLATFORMS.join(', ') });
  }
  // A form without a user has the field all the same, and it is empty.
  const id =
    fields.value('idusuario') === ''
      ? undefined
      : fields.matching('idusuario', /^[0-9a-fA-F]{24}$/, 'FIELD_ID', { max: 64 });
  fields.done();
  return { token, plataforma, usuario: id === undefined ? undefined : ObjectId.createFromHexString(id) };
}

function present({ _id, token, plataforma, usuario, createdAt }) {
  return { _id, token, plataforma, usuario, createdAt };
}
