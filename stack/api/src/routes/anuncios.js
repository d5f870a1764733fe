import { Router } from 'express';
import { STEP_MS } from '../database.js';
import { allowOnly } from '../http/methods.js';
import { readAd } from './ad-body.js';
import { readListing, TAGS } from './ad-query.js';

const PROJECTION = { nombre: 1, venta: 1, precio: 1, foto: 1, tags: 1 };
const PHOTOS = '/images/anuncios/';

/**
 * The ads. Everything here, unknown paths included, asks for a token.
 *
 * @param {{database: import('../database.js').Database, guard: import('express').RequestHandler}} parts
 */
export function anuncios({ database, guard }) {
  const router = Router({ caseSensitive: true });

  allowOnly(router, '/', ['GET', 'POST']);
  allowOnly(router, '/tags', ['GET']);
  router.use(guard);

  router.get('/', async (request, response) => {
    const { filter, sort, start, limit, includeTotal } = readListing(request.query);
    const page = { projection: PROJECTION, sort, skip: start, limit, maxTimeMS: STEP_MS };
    const [rows, total] = await database.read('anuncios', (ads) =>
      Promise.all([
        ads.find(filter, page).toArray(),
        // By contract the total is that of all ads, whatever the filters. Undefined, it is left out of the JSON.
        includeTotal ? ads.countDocuments({}, { maxTimeMS: STEP_MS }) : undefined,
      ]),
    );
    response.json({ ok: true, result: { rows: rows.map(present), total } });
  });
  router.post('/', async (request, response) => {
    const ad = readAd(request.body, { form: Boolean(request.is('urlencoded')) });
    const { insertedId } = await database.ask('anuncios', (ads) => ads.insertOne(ad));
    response.status(201).json({ ok: true, created: present({ ...ad, _id: insertedId }) });
  });

  router.get('/tags', (request, response) => {
    response.json({ ok: true, allowedTags: TAGS });
  });

  return router;
}

function present({ _id, nombre, venta, precio, foto, tags }) {
  return { _id, nombre, venta, precio, foto: foto ? PHOTOS + encodeURIComponent(foto) : null, tags: tags ?? [] };
}
