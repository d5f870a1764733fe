import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ReplicaSet } from './support/replica-set.js';
import { Service } from './support/service.js';

const execute = promisify(execFile);
const VERSION = '4.32.5';
const DESCRIPTION = fileURLToPath(new URL('../openapi.yaml', import.meta.url));
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));

/** Always the same cases: what fails here fails again. SCHEMATHESIS_SEED and _EXAMPLES ask for others and for more. */
const SEED = process.env.SCHEMATHESIS_SEED ?? '20261122';
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? '8';

/** Schemathesis in a virtual environment of its own, kept in the user's cache. */
async function schemathesis() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'harden');
  const home = join(cache, `schemathesis-${VERSION}`);
  const program = join(home, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  rmSync(home, { recursive: true, force: true });
  await execute('python3', ['-m', 'venv', home]);
  await execute(join(home, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`], { timeout: 150_000 });
  return program;
}

describe('the API under schemathesis', () => {
  let set, service;

  before(async () => {
    set = await ReplicaSet.start();
    service = await Service.start({ uri: set.uri('nodepop') });
  });
  after(async () => {
    await service?.stop('SIGKILL');
    await set?.stop();
  });

  async function token() {
    const form = new URLSearchParams({ nombre: 'Ana', email: 'ana@example.com', clave: 'correct horse battery' });
    await fetch(`${service.url}/apiv1/usuarios/register`, { method: 'POST', body: form });
    const reply = await fetch(`${service.url}/apiv1/usuarios/authenticate`, { method: 'POST', body: form });
    return (await reply.json()).token;
  }

  it('gives no failure of its own and no answer that is not described', { timeout: 280_000 }, async () => {
    const program = await schemathesis();
    const folder = mkdtempSync(join(tmpdir(), 'nodepop-schemathesis-'));
    const words = [
      '--config-file',
      CONFIG,
      'run',
      DESCRIPTION,
      '--url',
      service.url,
      '--header',
      `x-access-token: ${await token()}`,
    ];
    const bounds = ['--seed', SEED, '--max-examples', EXAMPLES, '--continue-on-failure', '--no-color'];
    try {
      const { stdout } = await execute(program, [...words, ...bounds], { cwd: folder, maxBuffer: 2 ** 26 });
      const [, cases] = /(\d+) generated/.exec(stdout);
      assert.ok(Number(cases) > 300, `only ${cases} cases`);
      assert.match(stdout, /Tested: 8/);
    } catch (error) {
      assert.fail(error.stdout ?? error);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    assert.equal(service.logged('request failed'), undefined);
  });
});
