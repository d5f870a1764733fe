import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '../src/config.js';
import { run, Secrets } from './support/service.js';

const URI = 'mongodb://nodepop:s3cret-w0rd@mongo1,mongo2,mongo3/nodepop?replicaSet=rs0';
const KEY = 'k3y-'.repeat(12);

function configured(files, env = {}) {
  const secrets = new Secrets(files);
  try {
    return readConfig({ ...secrets.environment(), ...env(secrets) });
  } finally {
    secrets.remove();
  }
}

const none = () => ({});

const REFUSED = [
  ['no connection string', { jwt_key: KEY }, /mongodb_uri cannot be read \(ENOENT\)/],
  ['an empty connection string', { mongodb_uri: '', jwt_key: KEY }, /no MongoDB connection string/],
  ['another kind of address', { mongodb_uri: 'http://s3cret-w0rd@x/', jwt_key: KEY }, /no MongoDB connection string/],
  ['no key', { mongodb_uri: URI }, /jwt_key cannot be read \(ENOENT\)/],
  ['a key of 31 bytes', { mongodb_uri: URI, jwt_key: 'k3y-'.repeat(8).slice(1) }, /shorter than 32 bytes/],
  [
    'a key of 31 bytes and a newline',
    { mongodb_uri: URI, jwt_key: `${'k3y-'.repeat(8).slice(1)}\n` },
    /shorter than 32/,
  ],
];

describe('the settings', () => {
  for (const [what, files, message] of REFUSED) {
    it(`refuse ${what} without telling a secret`, () => {
      assert.throws(
        () => configured(files, none),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /s3cret|k3y-/);
          return true;
        },
      );
    });
  }

  it('take the database from the connection string, nodepop where it names none', () => {
    const database = (uri) => configured({ mongodb_uri: uri, jwt_key: KEY }, none).mongodb.database;
    assert.equal(database('mongodb://a,b:27018/shop?replicaSet=rs0\n'), 'shop');
    for (const uri of ['mongodb://a', 'mongodb://a/', 'mongodb://a/?replicaSet=rs0', 'mongodb+srv://a.example.com']) {
      assert.equal(database(uri), 'nodepop');
    }
  });

  it('take the authority of the database from a file that is named, and insist on a certificate in it', () => {
    const ca = (content) => {
      const files = { mongodb_uri: URI, jwt_key: KEY, ca: content };
      return configured(files, (secrets) => ({ MONGODB_CA_FILE: secrets.path('ca') })).mongodb.ca;
    };
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    assert.equal(ca(pem), pem);
    assert.throws(() => ca('something else'), /holds no certificate/);
    assert.equal(configured({ mongodb_uri: URI, jwt_key: KEY }, none).mongodb.ca, undefined);
  });

  it('take the key as it is, without the newline at its end', () => {
    assert.equal(String(configured({ mongodb_uri: URI, jwt_key: `${KEY}\n` }, none).jwt.current), KEY);
  });

  it('take a previous key during a rotation, and insist on one that is named', () => {
    const files = { mongodb_uri: URI, jwt_key: KEY, old: 'old-'.repeat(10) };
    const named = (name) => (secrets) => ({ JWT_KEY_PREVIOUS_FILE: secrets.path(name) });
    assert.equal(String(configured(files, named('old')).jwt.previous), 'old-'.repeat(10));
    assert.throws(() => configured(files, named('absent')), ConfigError);
    assert.equal(configured(files, none).jwt.previous, undefined);
  });

  it('refuse a port that is none', () => {
    for (const PORT of ['x', '-1', '65536', '1e3']) {
      assert.throws(
        () => configured({ mongodb_uri: URI, jwt_key: KEY }, () => ({ PORT })),
        /PORT is not a whole number/,
      );
    }
  });

  it('end the process with EX_CONFIG and one line', async () => {
    const env = { MONGODB_URI_FILE: '/nonexistent/uri', JWT_KEY_FILE: '/nonexistent/key' };
    const { code, stdout, stderr } = await run(['src/server.js'], { env });
    assert.equal(code, 78);
    assert.equal(JSON.parse(stdout).message, 'the secret /nonexistent/uri cannot be read (ENOENT)');
    assert.equal(stderr, '');
  });
});
