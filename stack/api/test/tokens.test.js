import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SignJWT } from 'jose';
import { Tokens } from '../src/tokens.js';

const [OLD, NEW, OTHER] = ['o', 'n', 'x'].map((letter) => Buffer.from(letter.repeat(48)));

const forged = ({ alg = 'HS256', iss = 'nodepop', aud = 'nodepop-api', exp = '1h', sub = 'me' }, key = NEW) => {
  const token = new SignJWT().setProtectedHeader({ alg }).setIssuer(iss).setAudience(aud);
  if (sub) token.setSubject(sub);
  if (exp) token.setExpirationTime(exp);
  return token.sign(key);
};

describe('tokens', () => {
  it('go through a rotation of the key: both accepted, only the new one used, then the old one refused', async () => {
    const before = await new Tokens({ current: OLD }).issue('me');
    const during = new Tokens({ current: NEW, previous: OLD });
    assert.equal(await during.verify(before), 'me');
    const issued = await during.issue('me');
    const after = new Tokens({ current: NEW });
    assert.equal(await after.verify(issued), 'me');
    assert.equal(await after.verify(before), undefined);
  });

  for (const [what, claims, key] of [
    ['another algorithm', { alg: 'HS512' }],
    ['another issuer', { iss: 'someone' }],
    ['another audience', { aud: 'other' }],
    ['a date in the past', { exp: '-1s' }],
    ['no expiry', { exp: null }],
    ['no subject', { sub: null }],
    ['another key', {}, OTHER],
  ]) {
    it(`are refused with ${what}`, async () => {
      assert.equal(await new Tokens({ current: NEW, previous: OLD }).verify(await forged(claims, key)), undefined);
    });
  }

  it('are accepted when nothing is wrong with them', async () => {
    assert.equal(await new Tokens({ current: NEW }).verify(await forged({})), 'me');
  });
});
