import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../support/until.js';

/** A login reads; the rest of what is posted must reach a majority. */
const isWrite = ([method, path]) => method === 'POST' && !path.endsWith('authenticate');

const USER = { nombre: 'Ana', email: 'outage@example.com', clave: 'correct horse battery' };

/** Runs last: it takes first the primary and then the majority away, frozen as by a power cut, and gives them back. */
export function outageSuite(stage) {
  describe('without the primary', () => {
    after(() => stage.set.signalFirst('SIGCONT'));

    it('reading goes on, at once and for as long as it stays away', async () => {
      const read = async () => {
        const began = performance.now();
        const { status, json } = await stage.client.get('/apiv1/anuncios', { token: stage.token });
        assert.equal(status, 200);
        assert.ok(json.result.rows.length > 0);
        return performance.now() - began;
      };
      await read();
      stage.set.signalFirst('SIGSTOP');
      for (const end = Date.now() + 6000; Date.now() < end;) assert.ok((await read()) < 2000);
    });

    it('is over as soon as another member is primary', async () => {
      const ad = { nombre: 'De todos modos', venta: true, precio: 1 };
      const write = () => stage.client.post('/apiv1/anuncios', { token: stage.token, json: ad });
      await until(async () => (await write()).status === 201, { limit: 30_000 });
    });
  });

  describe('without a majority', () => {
    after(async () => {
      stage.set.signalAllBut(1, 'SIGCONT');
      await until(async () => (await fetch(`${stage.service.url}/readyz`)).ok, { limit: 30_000 });
    });

    const requests = [
      ['GET', '/readyz', {}],
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

    it('everything that needs the primary is a 503 within 5 s once there is none', async () => {
      await until(async () => (await timed('GET', '/readyz', {})).status === 503, { limit: 30_000 });
      const answers = await Promise.all(requests.map((one) => timed(...one)));
      for (const { path, status, seconds } of answers) {
        assert.equal(status, 503, path);
        assert.ok(seconds < 5, `${path} took ${seconds} s`);
      }
    });

    it('what needs no database goes on, and reading as long as a member is left', async () => {
      for (const path of ['/healthz', '/apiv1/anuncios/tags', '/apiv1/anuncios']) {
        const { status, seconds } = await timed('GET', path, {});
        assert.deepEqual([status, seconds < 1], [200, true], path);
      }
    });

    it('reading is a 503 within 5 s once no member is left', async () => {
      stage.set.signalFirst('SIGSTOP');
      const { status, seconds } = await timed('GET', '/apiv1/anuncios', {});
      assert.deepEqual([status, seconds < 5], [503, true]);
      stage.set.signalFirst('SIGCONT');
    });

    it('is over as soon as the members are back', async () => {
      stage.set.signalAllBut(1, 'SIGCONT');
      await until(async () => (await timed('GET', '/readyz', {})).status === 200, { limit: 30_000 });
      const ad = { nombre: 'Otra vez', venta: true, precio: 1 };
      assert.equal((await timed('POST', '/apiv1/anuncios', { json: ad })).status, 201);
    });
  });
}
