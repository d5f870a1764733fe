import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults } from '../support/contract.js';

const PATH = '/apiv1/usuarios/register';
const GOOD = { nombre: 'Ana María', email: 'ana@example.com', clave: 'correct horse battery' };

const REFUSED = [
  ['nothing', {}, ['nombre', 'email', 'clave']],
  ['an empty name', { ...GOOD, nombre: '' }, ['nombre']],
  ['a name of one letter', { ...GOOD, nombre: 'A' }, ['nombre']],
  ['a name of one letter and its accent', { ...GOOD, nombre: 'A\u0301' }, ['nombre']],
  ['a name with digits', { ...GOOD, nombre: 'Ana 2' }, ['nombre']],
  ['a name with outer spaces', { ...GOOD, nombre: ' Ana' }, ['nombre']],
  ['a name of 81 letters', { ...GOOD, nombre: 'a'.repeat(81) }, ['nombre']],
  ['an address without a domain', { ...GOOD, email: 'ana' }, ['email']],
  ['an address that begins with a dot', { ...GOOD, email: '.ana@example.com' }, ['email']],
  ['an address with a dot before the sign', { ...GOOD, email: 'ana.@example.com' }, ['email']],
  ['an address with two dots together', { ...GOOD, email: 'ana..m@example.com' }, ['email']],
  ['an address of 65 characters before the sign', { ...GOOD, email: `${'a'.repeat(65)}@example.com` }, ['email']],
  ['an address with two signs', { ...GOOD, email: 'a@b@example.com' }, ['email']],
  ['an address with a header in it', { ...GOOD, email: 'a@example.com\r\nBcc: b@example.com' }, ['email']],
  ['a password of 7', { ...GOOD, clave: '1234567' }, ['clave']],
  ['a password of 129', { ...GOOD, clave: 'a'.repeat(129) }, ['clave']],
  ['a number for a password', { ...GOOD, clave: 12345678 }, ['clave']],
  ['an operator for an address', { ...GOOD, email: { $ne: '' } }, ['email']],
  ['a list for a name', { ...GOOD, nombre: ['Ana'] }, ['nombre']],
  ['a list for a body', [GOOD], ['nombre', 'email', 'clave']],
];

export function registrationSuite(stage) {
  describe('registration', () => {
    for (const [what, json, fields] of REFUSED) {
      it(`refuses ${what}`, async () => {
        assert.deepEqual(faults(await stage.client.post(PATH, { json })), fields);
      });
    }

    for (const nombre of ['Zoë', 'Ñandú', 'Ана', '李小', 'Jose\u0301', 'a'.repeat(80), 'e\u0301'.repeat(80)]) {
      it(`takes the name ${nombre.slice(0, 10)}`, async () => {
        const email = `${Buffer.from(nombre).toString('hex').slice(0, 20)}@example.com`;
        const reply = await stage.client.post(PATH, { json: { ...GOOD, nombre, email } });
        assert.deepEqual([reply.status, reply.json], [200, { ok: true, message: 'user created!' }]);
      });
    }

    for (const email of ['a.b-c+d_e@example.com', "o'neil@sub.example.co", `${'a'.repeat(64)}@example.com`]) {
      it(`takes the address ${email.slice(0, 24)}`, async () => {
        assert.equal((await stage.client.post(PATH, { json: { ...GOOD, email } })).status, 200);
      });
    }

    it('takes an address with blanks of any kind around it', async () => {
      const email = '\t blanks@example.com \r\n';
      assert.equal((await stage.client.post(PATH, { json: { ...GOOD, email } })).status, 200);
      assert.ok(await stage.db.collection('usuarios').findOne({ email: 'blanks@example.com' }));
    });

    it('takes a form', async () => {
      const reply = await stage.client.post(PATH, { form: { ...GOOD, email: 'form@example.com' } });
      assert.equal(reply.status, 200);
    });

    it('refuses an operator in a form', async () => {
      const reply = await stage.client.post(PATH, { form: 'nombre=Ana&email[$ne]=x&clave=correct+horse' });
      assert.deepEqual(faults(reply), ['email']);
    });

    it('stores the address trimmed and in lower case, and of the password only a salted scrypt hash', async () => {
      await stage.client.post(PATH, { json: { ...GOOD, email: '  Mixed.Case@Example.COM ' } });
      const user = await stage.db.collection('usuarios').findOne({ email: 'mixed.case@example.com' });
      assert.deepEqual(Object.keys(user).sort(), ['_id', 'clave', 'email', 'nombre']);
      assert.match(user.clave, /^scrypt\$32768\$8\$3\$[\w+/=]{24}\$[\w+/=]{44}$/);
    });

    it('refuses a known address with 409, whatever its case', async () => {
      await stage.client.post(PATH, { json: GOOD });
      const reply = await stage.client.post(PATH, { json: { ...GOOD, email: 'ANA@example.com' } });
      assert.equal(reply.status, 409);
    });

    it('lets exactly one of many simultaneous registrations of an address through', async () => {
      const json = { ...GOOD, email: 'race@example.com' };
      const replies = await Promise.all(Array.from({ length: 6 }, () => stage.client.post(PATH, { json })));
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
    });
  });
}
