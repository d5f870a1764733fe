import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'node:test';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const OPERATIONS = [
  ['POST', '/apiv1/usuarios/register'],
  ['POST', '/apiv1/usuarios/authenticate'],
  ['POST', '/apiv1/anuncios'],
  ['POST', '/apiv1/pushtokens'],
];
const READING = ['/apiv1/anuncios', '/apiv1/anuncios/tags'];
const ALLOWED = [
  ['/apiv1/usuarios/register', 'POST'],
  ['/apiv1/usuarios/authenticate', 'POST'],
  ['/apiv1/pushtokens', 'POST'],
  ['/apiv1/anuncios', 'GET, HEAD, POST'],
  ['/apiv1/anuncios/tags', 'GET, HEAD'],
  ['/healthz', 'GET, HEAD'],
  ['/readyz', 'GET, HEAD'],
];

export function requestsSuite(stage) {
  const ask = (method, path, request) => stage.client.ask(method, path, { token: stage.token, ...request });

  describe('any request', () => {
    for (const [method, path] of OPERATIONS) {
      it(`gets 400 for a broken body at ${path}`, async () => {
        for (const raw of ['{', '"text"', '{"a":1}}', '\u0000']) {
          assert.equal((await ask(method, path, { raw, headers: JSON_TYPE })).status, 400, raw);
        }
      });

      it(`gets 400 for a body that is not UTF-8 at ${path}`, async () => {
        const raw = Buffer.from('{"clave":"contraseña","pushtoken":"ñ"}', 'latin1');
        assert.equal((await ask(method, path, { raw, headers: JSON_TYPE })).status, 400);
        const form = { raw: Buffer.from('clave=contraseña', 'latin1'), headers: FORM_TYPE };
        assert.equal((await ask(method, path, form)).status, 400);
      });

      it(`gets 413 above 16 kB at ${path}`, async () => {
        const raw = JSON.stringify({ nombre: 'x'.repeat(16 * 1024) });
        assert.equal((await ask(method, path, { raw, headers: JSON_TYPE })).status, 413);
        assert.equal((await ask(method, path, { form: { nombre: 'x'.repeat(16 * 1024) } })).status, 413);
      });

      it(`gets 415 for another type, a compressed body or another charset at ${path}`, async () => {
        assert.equal((await ask(method, path, { raw: '<a/>', headers: { 'content-type': 'text/xml' } })).status, 415);
        const zipped = { raw: gzipSync('{}'), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } };
        assert.equal((await ask(method, path, zipped)).status, 415);
        const latin = { raw: '{}', headers: { 'content-type': 'application/json; charset=iso-8859-1' } };
        assert.equal((await ask(method, path, latin)).status, 415);
      });

      it(`takes a body without a type for JSON, and utf8 for UTF-8, at ${path}`, async () => {
        const untyped = (text) => ask(method, path, { raw: Buffer.from(text) }); // of text fetch() would say the type
        assert.equal((await untyped('{')).status, 400);
        assert.equal((await untyped('{}')).status, 422);
        const short = { raw: '{}', headers: { 'content-type': 'application/json; charset=utf8' } };
        assert.equal((await ask(method, path, short)).status, 422);
      });

      it(`ignores a thousand fields more at ${path}`, async () => {
        const form = Array.from({ length: 1000 }, (_, index) => `f${index}=`).join('&');
        assert.equal((await ask(method, path, { form })).status, 422);
      });
    }

    for (const path of READING) {
      // fetch() sends no body with GET, other clients do: the token may be in it.
      it(`is held to the same rules when it reads ${path} with a body`, async () => {
        const bodies = {
          400: ['{', JSON_TYPE],
          413: [`"${'x'.repeat(17_000)}"`, JSON_TYPE],
          415: ['x', { 'content-type': 'text/xml' }],
        };
        for (const [status, [body, headers]] of Object.entries(bodies)) {
          const reply = await getWithBody(stage.client.url + path, { ...headers, 'x-access-token': stage.token }, body);
          assert.equal(reply.status, Number(status));
          stage.contract.check('GET', path, reply);
        }
        const reply = await getWithBody(stage.client.url + path, JSON_TYPE, JSON.stringify({ token: stage.token }));
        assert.equal(reply.status, 200);
      });
    }

    for (const [path, allow] of ALLOWED) {
      it(`gets 405 with Allow for other methods at ${path}, token or not`, async () => {
        for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', ...(allow.includes('GET') ? [] : ['GET'])]) {
          const reply = await stage.client.ask(method, path);
          assert.deepEqual([reply.status, reply.headers.get('allow')], [405, allow], method);
        }
      });
    }

    it('gets 404 at unknown paths: JSON below /api, a page elsewhere', async () => {
      const paths = ['/apiv1', '/apiv1/', '/apiv2/anuncios', '/api', '/', '/docs/', '/__proto__'];
      for (const path of [...paths, '/APIV1/anuncios', '/apiv1/anuncios/TAGS', '/Readyz']) {
        assert.equal((await ask('GET', path)).status, 404, path);
      }
    });

    for (const path of ['/apiv1/USUARIOS/authenticate', '/apiv1/usuarios/Register', '/apiv1/PushTokens']) {
      it(`finds nothing at ${path}, which the proxy does not count as it counts the path in lower case`, async () => {
        assert.equal((await stage.client.post(path, { json: {} })).status, 404);
      });
    }

    it('gets the security headers and nothing that names the software', async () => {
      const { headers } = await ask('GET', '/apiv1/anuncios');
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(headers.get('etag'), null);
      for (const [name, value] of [
        ['x-content-type-options', 'nosniff'],
        ['cache-control', 'no-store'],
        ['referrer-policy', 'no-referrer'],
      ]) {
        assert.equal(headers.get(name), value);
      }
      assert.match(headers.get('content-security-policy'), /default-src 'none'/);
    });

    it('may have as many headers as the proxy lets through', async () => {
      const headers = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`x-${name}`, 'x'.repeat(4085)]));
      assert.equal((await ask('GET', '/apiv1/anuncios/tags', { headers })).status, 200);
    });

    it('keeps the number the proxy gave it, and gets one in place of anything else', async () => {
      const id = 'a'.repeat(32);
      assert.equal((await ask('GET', '/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id'), id);
      const other = await ask('GET', '/healthz', { headers: { 'x-request-id': '<script>' } });
      assert.match(other.headers.get('x-request-id'), /^[0-9a-f]{32}$/);
    });

    for (const [headers, language] of [
      [{}, 'en'],
      [{ 'x-lang': 'es' }, 'es'],
      [{ 'x-lang': 'ES-mx' }, 'es'],
      [{ 'x-lang': 'en', 'accept-language': 'es' }, 'en'],
      [{ 'x-lang': 'fr', 'accept-language': 'es' }, 'en'],
      [{ 'x-lang': '', 'accept-language': 'es' }, 'es'],
      [{ 'accept-language': 'es-ES,es;q=0.9,en;q=0.8' }, 'es'],
      [{ 'accept-language': 'fr, es;q=0.5, en;q=0.4' }, 'es'],
      [{ 'accept-language': 'en;q=0.1, es;q=0.2' }, 'es'],
      [{ 'accept-language': 'fr' }, 'en'],
      [{ 'accept-language': '*' }, 'en'],
    ]) {
      it(`is answered in ${language} for ${JSON.stringify(headers)}`, async () => {
        const reply = await stage.client.get('/apiv1/anuncios', { headers });
        const messages = { en: 'no token provided', es: 'no se ha enviado el token' };
        assert.deepEqual(
          [reply.json.error.message, reply.headers.get('content-language')],
          [messages[language], language],
        );
      });
    }
  });
}

async function getWithBody(url, headers, body) {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'GET', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        resolve({ status: response.statusCode, headers: new Headers(response.headers), text, json: JSON.parse(text) });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
