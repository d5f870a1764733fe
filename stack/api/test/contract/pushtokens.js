import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults } from '../support/contract.js';

const PATH = '/apiv1/pushtokens';
const NOBODY = '0123456789abcdef01234567';

export function pushTokensSuite(stage) {
  const register = (json) => stage.client.post(PATH, { json });

  describe('push tokens', () => {
    it('are stored with the platform in lower case', async () => {
      const { json } = await register({ pushtoken: 'abc', plataforma: 'iOS' });
      assert.deepEqual([json.created.token, json.created.plataforma, json.created.usuario], ['abc', 'ios', undefined]);
    });

    it('are stored once, however often and however closely together they are sent', async () => {
      const same = { pushtoken: 'same', plataforma: 'android' };
      const replies = await Promise.all(Array.from({ length: 8 }, () => register(same)));
      assert.equal(new Set(replies.map(({ json }) => JSON.stringify(json))).size, 1);
      assert.equal(await stage.db.collection('pushtokens').countDocuments({ token: 'same' }), 1);
    });

    it('are kept apart by platform', async () => {
      await register({ pushtoken: 'both', plataforma: 'android' });
      await register({ pushtoken: 'both', plataforma: 'ios' });
      assert.equal(await stage.db.collection('pushtokens').countDocuments({ token: 'both' }), 2);
    });

    it('may name a user, who stays when the token is sent again without', async () => {
      await stage.client.token('push@example.com');
      const { _id } = await stage.db.collection('usuarios').findOne({ email: 'push@example.com' });
      const json = { pushtoken: 'mine', plataforma: 'ios' };
      assert.equal((await register({ ...json, idusuario: String(_id) })).json.created.usuario, String(_id));
      assert.equal((await register(json)).json.created.usuario, String(_id));
    });

    it('need no user: the field may be empty', async () => {
      const { status, json } = await register({ pushtoken: 'nobody', plataforma: 'ios', idusuario: '' });
      assert.deepEqual([status, json.created.usuario], [200, undefined]);
    });

    it('answer 404 for a user that does not exist', async () => {
      assert.equal((await register({ pushtoken: 'x', plataforma: 'ios', idusuario: NOBODY })).status, 404);
    });

    for (const [what, json, fields] of [
      ['nothing', {}, ['pushtoken', 'plataforma']],
      ['another platform', { pushtoken: 'x', plataforma: 'symbian' }, ['plataforma']],
      ['a malformed user id', { pushtoken: 'x', plataforma: 'ios', idusuario: 'zzz' }, ['idusuario']],
      ['a user id of twelve bytes', { pushtoken: 'x', plataforma: 'ios', idusuario: 'twelve bytes' }, ['idusuario']],
      ['a token of 4097', { pushtoken: 'x'.repeat(4097), plataforma: 'ios' }, ['pushtoken']],
      [
        'operators',
        { pushtoken: { $ne: '' }, plataforma: { $in: ['ios'] }, idusuario: { $ne: '' } },
        ['pushtoken', 'plataforma', 'idusuario'],
      ],
    ]) {
      it(`refuse ${what}`, async () => assert.deepEqual(faults(await register(json)), fields));
    }

    it('may have 4096 characters', async () => {
      assert.equal((await register({ pushtoken: 'x'.repeat(4096), plataforma: 'ios' })).status, 200);
    });
  });
}
