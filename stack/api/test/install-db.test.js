import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { MongoClient } from 'mongodb';
import { verifyPassword } from '../src/passwords.js';
import { ReplicaSet } from './support/replica-set.js';
import { run, Secrets } from './support/service.js';

const USER = { nombre: 'Ana', email: 'Ana@example.com', clave: 'correct horse battery' };

describe('installDB', () => {
  let set, mongo, secrets;

  before(async () => {
    set = await ReplicaSet.start();
    mongo = await MongoClient.connect(set.uri('nodepop'));
    const user = JSON.stringify(USER);
    secrets = new Secrets({
      mongodb_uri: set.uri('nodepop'),
      user,
      weak: JSON.stringify({ ...USER, clave: '123456' }),
    });
  });
  beforeEach(() => mongo.db().dropDatabase());
  after(async () => {
    secrets?.remove();
    await mongo?.close();
    await set?.stop();
  });

  const install = (words, input) => run(['src/install-db.js', ...words], { env: secrets.environment(), input });
  const stored = (name) => mongo.db().collection(name).find().toArray();

  it('stores the two ads and, from a secret, the first user', async () => {
    const { code, stdout, stderr } = await install(['--yes', '--user-file', secrets.path('user')]);
    assert.deepEqual([code, stderr], [0, '']);
    const ads = (await stored('anuncios')).map(({ _id, ...ad }) => _id && ad);
    assert.deepEqual(ads, [
      { nombre: 'Bicicleta', venta: true, precio: 230.15, foto: 'bici.jpg', tags: ['lifestyle', 'motor'] },
      { nombre: 'iPhone 3GS', venta: false, precio: 50, foto: 'iphone.png', tags: ['lifestyle', 'mobile'] },
    ]);
    const [user] = await stored('usuarios');
    assert.equal(user.email, 'ana@example.com');
    assert.ok(await verifyPassword(USER.clave, user.clave));
    assert.doesNotMatch(stdout, /correct horse|mongodb:/);
  });

  it('makes no user, and shows no password, where nobody watches', async () => {
    const { code, stdout } = await install(['--yes']);
    assert.equal(code, 0);
    assert.match(stdout, /2 ads and no user were stored/);
    assert.deepEqual(await stored('usuarios'), []);
  });

  it('changes nothing unless the answer is yes', async () => {
    for (const input of ['', 'y\n', 'YES\n', 'no\n']) {
      assert.equal((await install([], input)).code, 0);
      assert.deepEqual(await stored('anuncios'), []);
    }
    assert.equal((await install([], 'yes\n')).code, 0);
    assert.equal((await stored('anuncios')).length, 2);
  });

  it('refuses a database with data, and empties it when forced', async () => {
    await mongo.db().collection('usuarios').insertOne({ nombre: 'Old', email: 'old@example.com' });
    const refused = await install(['--yes']);
    assert.deepEqual(
      [refused.code, refused.stderr],
      [1, 'installDB: usuarios is not empty; --force empties it first\n'],
    );
    assert.deepEqual(await stored('anuncios'), [], 'nothing was stored by half');
    assert.equal((await install(['--yes', '--force'])).code, 0);
    assert.deepEqual([(await stored('anuncios')).length, (await stored('usuarios')).length], [2, 0]);
  });

  for (const [what, words, message] of [
    ['an unknown option', ['--yse'], /Unknown option '--yse'/],
    ['a user that could not register', ['--yes', '--user-file', 'WEAK'], /clave must have at least 8 characters/],
    ['a user file that is not there', ['--yes', '--user-file', '/nonexistent'], /\/nonexistent cannot be read: ENOENT/],
  ]) {
    it(`ends with 1 and one line for ${what}`, async () => {
      const { code, stderr } = await install(words.map((word) => (word === 'WEAK' ? secrets.path('weak') : word)));
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  it('says so when there is no primary', async () => {
    const away = new Secrets({ mongodb_uri: 'mongodb://127.0.0.1:9/nodepop?replicaSet=none' });
    const { code, stderr } = await run(['src/install-db.js', '--yes', '--wait', '1'], { env: away.environment() });
    away.remove();
    assert.deepEqual([code, stderr], [1, 'installDB: the database has had no primary for 1 s\n']);
  });
});
