import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../support/until.js';

/** A login reads; the rest of what is posted must reach a majority. */
const isWrite = ([method, path]) => method === 'POST' && !path.endsWith('authenticate');

const USER = { nombre: 'Ana', email: 'outage@example.com', clave: 'correct horse battery' };

/** Runs last: it takes the majority away, frozen as by a power cut, and gives it back. */
export function outageSuite(stage) {
  describe('without a majority', () => {
    after(async () => {
      stage.set.signalAllBut(1, 'SIGCONT');
      await until(async () => (await fetch(`${stage.service.url}/readyz`)).ok, { limit: 30_000 });
    });

    const requests = [
      ['GET', '/readyz', {}],
      ['GET', '/apiv1/anuncios', {}],
      ['POST', '/apiv1/anuncios', { json: { nombre: 'x', venta: true, precio: 1 } }],
      ['POST', '/apiv1/usuarios/register', { json: USER }],
      ['POST', '/apiv1/usuarios/authenticate', { json: USER }],
      ['POST', '/apiv1/pushtokens', { json: { pushtoken: 'outage', plataforma: 'ios' } }],
    ];

    const timed = async (method, path, request) => {
      const began = performance.now();
      const reply = await stage.client.ask(method, path, { token: stage.token, ...request });
      return { path: `${method} ${path}`, status: reply.status, seconds: (performance.now() - began) / 1000 };
    };

    it('a write that nobody can acknowledge is a 503 within 5 s, from the first one on', async () => {
      stage.set.signalAllBut(1, 'SIGSTOP');
      const answers = await Promise.all(requests.filter(isWrite).map((one) => timed(...one)));
      for (const { path, status, seconds } of answers) {
        assert.equal(status, 503, path);
        assert.ok(seconds < 5, `${path} took ${seconds} s`);
      }
    });

    it('everything that needs the database is a 503 within 5 s once there is no primary', async () => {
      await until(async () => (await timed('GET', '/readyz', {})).status === 503, { limit: 30_000 });
      const answers = await Promise.all(requests.map((one) => timed(...one)));
      for (const { path, status, seconds } of answers) {
        assert.equal(status, 503, path);
        assert.ok(seconds < 5, `${path} took ${seconds} s`);
      }
    });

    it('what needs no database goes on', async () => {
      for (const path of ['/healthz', '/apiv1/anuncios/tags']) {
        const { status, seconds } = await timed('GET', path, {});
        assert.deepEqual([status, seconds < 1], [200, true], path);
      }
    });

    it('is over as soon as the members are back', async () => {
      stage.set.signalAllBut(1, 'SIGCONT');
      await until(async () => (await timed('GET', '/readyz', {})).status === 200, { limit: 30_000 });
      const ad = { nombre: 'Otra vez', venta: true, precio: 1 };
      assert.equal((await timed('POST', '/apiv1/anuncios', { json: ad })).status, 201);
    });
  });
}
