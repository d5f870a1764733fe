import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';

const LIST = '/apiv1/anuncios';
const TAGS = '/apiv1/anuncios/tags';
const FOREIGN_KEY = Buffer.alloc(48, 7);

const signed = (claims, { issuer = 'nodepop', audience = 'nodepop-api', expires = '1h' } = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(expires)
    .sign(FOREIGN_KEY);

/** The other spellings that a lenient decoder reads as the same signature: its last character has two bits to spare. */
function others64(signature) {
  const bytes = Buffer.from(signature, 'base64url');
  return [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    .map((last) => signature.slice(0, -1) + last)
    .filter((other) => other !== signature && Buffer.from(other, 'base64url').equals(bytes));
}

export function tokensSuite(stage) {
  describe('the guard', () => {
    for (const path of [LIST, TAGS, '/apiv1/anuncios/unknown']) {
      it(`answers 403 without a token at ${path}`, async () =>
        assert.equal((await stage.client.get(path)).status, 403));
    }

    it('answers 403 without a token to a new ad', async () => {
      assert.equal((await stage.client.post(LIST, { json: { nombre: 'x', venta: true, precio: 1 } })).status, 403);
    });

    it('answers 401 to a token that is altered, foreign, unsigned or no token at all', async () => {
      const unsigned = new UnsecuredJWT({ sub: 'x' })
        .setIssuer('nodepop')
        .setAudience('nodepop-api')
        .setExpirationTime('1h')
        .encode();
      const [head, body, signature] = stage.token.split('.');
      const altered = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      const others = others64(signature).map((other) => `${head}.${body}.${other}`);
      const respelt = [...others, `${stage.token}=`, `${stage.token}A`];
      for (const token of [altered, ...respelt, unsigned, await signed({ sub: 'x' }), 'nonsense', 'a.b.c', '....']) {
        assert.equal((await stage.client.get(TAGS, { token })).status, 401, token);
        assert.equal((await stage.client.get(LIST, { token })).status, 401, token);
      }
    });

    for (const [place, target, request] of [
      ['the query', (token) => `${TAGS}?token=${token}`, () => ({})],
      ['x-access-token', () => TAGS, (token) => ({ token })],
      ['Authorization', () => TAGS, (token) => ({ headers: { authorization: `Bearer ${token}` } })],
      ['Authorization, in small letters', () => TAGS, (token) => ({ headers: { authorization: `bearer ${token}` } })],
    ]) {
      it(`takes the token from ${place}`, async () => {
        assert.equal((await stage.client.get(target(stage.token), request(stage.token))).status, 200);
      });
    }

    it('takes the token from the body before any other place', async () => {
      const ad = { nombre: 'Body', venta: true, precio: 1, token: stage.token };
      assert.equal((await stage.client.post(LIST, { json: ad, token: 'nonsense' })).status, 201);
      assert.equal(
        (await stage.client.post(LIST, { json: { ...ad, token: 'nonsense' }, token: stage.token })).status,
        401,
      );
      assert.equal(
        (await stage.client.post(LIST, { json: { ...ad, token: { $ne: '' } }, token: stage.token })).status,
        401,
      );
    });

    it('looks at the next place where one is empty', async () => {
      assert.equal((await stage.client.get(`${TAGS}?token=`, { token: stage.token })).status, 200);
    });
  });
}
