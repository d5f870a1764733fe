import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults } from '../support/contract.js';

const PATH = '/apiv1/usuarios/authenticate';
const CLAVE = 'correct horse battery';

export function loginSuite(stage) {
  const from = (address) => ({ 'x-forwarded-for': address });
  const login = (json, headers) => stage.client.post(PATH, { json, headers });

  describe('login', () => {
    it('gives a token for two days that holds the user and nothing of its record', async () => {
      const token = await stage.client.token('claims@example.com');
      const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
      const user = await stage.db.collection('usuarios').findOne({ email: 'claims@example.com' });
      const { iat, ...rest } = claims;
      assert.deepEqual(rest, { sub: String(user._id), iss: 'nodepop', aud: 'nodepop-api', exp: iat + 2 * 24 * 3600 });
    });

    it('answers an unknown address and a wrong password alike, in words and in time', async () => {
      await stage.client.token('known@example.com');
      const timed = async (email) => {
        const began = performance.now();
        const reply = await login({ email, clave: 'wrong password' }, from('192.0.2.1'));
        return { reply, took: performance.now() - began };
      };
      const ratios = [];
      for (let round = 0; round < 4; round += 1) {
        const known = await timed('known@example.com');
        const unknown = await timed('unknown@example.com');
        assert.deepEqual([known.reply.status, known.reply.json], [401, unknown.reply.json]);
        ratios.push(unknown.took / known.took);
      }
      // Without the work for an unknown user the ratio is about a tenth.
      assert.ok(Math.max(...ratios) > 0.6, `ratios ${ratios}`);
    });

    for (const [what, json, fields] of [
      ['nothing', {}, ['email', 'clave']],
      ['an operator for a password', { email: 'known@example.com', clave: { $ne: '' } }, ['clave']],
      ['a number for an address', { email: 1, clave: CLAVE }, ['email']],
    ]) {
      it(`refuses ${what}`, async () => assert.deepEqual(faults(await login(json)), fields));
    }

    it('takes the address in any case and with spaces around it', async () => {
      await stage.client.token('spaces@example.com');
      assert.equal((await login({ email: ' SPACES@example.com ', clave: CLAVE })).status, 200);
    });

    it('takes a password whichever way its accents are encoded', async () => {
      const user = { nombre: 'Ana', email: 'accents@example.com', clave: 'contraseña ñandú'.normalize('NFC') };
      await stage.client.post('/apiv1/usuarios/register', { json: user });
      assert.equal((await login({ email: user.email, clave: user.clave.normalize('NFD') })).status, 200);
    });

    it('stops guessing after ten failures, guesses sent at once included, and only for that place', async () => {
      await stage.client.token('guessed@example.com');
      const guess = { email: 'guessed@example.com', clave: 'wrong password' };
      const replies = await Promise.all(Array.from({ length: 14 }, () => login(guess, from('192.0.2.2'))));
      assert.equal(replies.filter(({ status }) => status === 401).length, 10);
      assert.equal(replies.filter(({ status }) => status === 429).length, 4);
      assert.equal((await login({ ...guess, clave: CLAVE }, from('192.0.2.2'))).status, 429);
      assert.equal((await login({ ...guess, clave: CLAVE }, from('192.0.2.3'))).status, 200);
    });

    it('does not take logins for guesses that are right, however many come at once', async () => {
      await stage.client.token('eager@example.com');
      const right = { email: 'eager@example.com', clave: CLAVE };
      const replies = await Promise.all(Array.from({ length: 14 }, () => login(right, from('192.0.2.6'))));
      assert.deepEqual(
        replies.map(({ status }) => status),
        replies.map(() => 200),
      );
    });

    it('lets another account in from where one was guessed at a hundred times', async () => {
      await stage.client.token('neighbour@example.com');
      const where = from('192.0.2.7');
      const guess = { email: 'besieged@example.com', clave: 'wrong password' };
      for (let round = 0; round < 8; round += 1) {
        await Promise.all(Array.from({ length: 14 }, () => login(guess, where)));
      }
      assert.equal((await login({ email: 'neighbour@example.com', clave: CLAVE }, where)).status, 200);
    });

    it('says how long to wait, and forgets when that time is over', async () => {
      await stage.client.token('patient@example.com');
      const guess = { email: 'patient@example.com', clave: 'wrong password' };
      const where = from('192.0.2.5');
      await Promise.all(Array.from({ length: 10 }, () => login(guess, where)));
      const refused = await login(guess, where);
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(refused.status === 429 && seconds > 800 && seconds <= 900, `${refused.status}, ${seconds} s`);
      await stage.db.collection('intentos').updateMany({}, { $set: { caduca: new Date(Date.now() - 1) } });
      assert.equal((await login({ ...guess, clave: CLAVE }, where)).status, 200);
    });

    it('does not count logins that succeed', async () => {
      await stage.client.token('often@example.com');
      for (let round = 0; round < 12; round += 1) {
        assert.equal((await login({ email: 'often@example.com', clave: CLAVE }, from('192.0.2.4'))).status, 200);
      }
    });

    it('keeps neither addresses nor e-mails of failed logins', async () => {
      const kept = JSON.stringify(await stage.db.collection('intentos').find().toArray());
      assert.doesNotMatch(kept, /@|192\.0/);
    });
  });
}
