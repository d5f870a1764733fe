import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ReplicaSet } from './support/replica-set.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

const folder = mkdtempSync(join(tmpdir(), 'nodepop-tls-'));

/** A certificate for one name that is its own authority: where its two files are. */
function certificate(name, alternative) {
  const authority = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const own = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternative}`, '-days', '1', '-nodes'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...own, '-keyout', key, '-out', authority], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const both = join(folder, `${name}.pem`);
  writeFileSync(both, readFileSync(key, 'utf8') + readFileSync(authority, 'utf8'), { mode: 0o600 });
  return { authority, certificate: both };
}

/** That a service says it has no database, and goes on trying. */
async function assertUnused(set, env) {
  const service = await Service.start({ uri: set.uri('tls'), env, waitUntilReady: false });
  try {
    await until(() => service.logged('database not ready, trying again'));
    assert.equal((await fetch(`${service.url}/readyz`)).status, 503);
    assert.equal(service.logged('database ready'), undefined);
  } finally {
    await service.stop();
  }
}

after(() => rmSync(folder, { recursive: true, force: true }));

describe('a database that speaks TLS only', () => {
  const named = certificate('named', 'IP:127.0.0.1');
  const stranger = certificate('stranger', 'IP:127.0.0.1');
  let set;
  before(async () => {
    set = await ReplicaSet.start(1, named);
  });
  after(() => set.stop());

  it('is used where its authority is given', async () => {
    const service = await Service.start({ uri: set.uri('tls'), env: { MONGODB_CA_FILE: named.authority } });
    assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
    await service.stop();
  });

  for (const [what, env] of [
    ['by another authority', { MONGODB_CA_FILE: stranger.authority }],
    ['in the clear', {}],
  ]) {
    it(`is not used ${what}`, () => assertUnused(set, env));
  }
});

describe('a database whose certificate is for another name', () => {
  it('is not used', async () => {
    const elsewhere = certificate('elsewhere', 'DNS:mongo1');
    const set = await ReplicaSet.start(1, elsewhere);
    try {
      await assertUnused(set, { MONGODB_CA_FILE: elsewhere.authority });
    } finally {
      await set.stop();
    }
  });
});
