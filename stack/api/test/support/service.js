import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { own } from './children.js';
import { until } from './until.js';

const API = fileURLToPath(new URL('../../', import.meta.url));

/** The files that Docker secrets are in production, in a private folder. */
export class Secrets {
  folder = mkdtempSync(join(tmpdir(), 'nodepop-secrets-'));

  /** @param {Record<string, string | Buffer>} files */
  constructor(files) {
    for (const [name, content] of Object.entries(files)) writeFileSync(this.path(name), content, { mode: 0o600 });
  }

  path(name) {
    return join(this.folder, name);
  }

  environment() {
    return { MONGODB_URI_FILE: this.path('mongodb_uri'), JWT_KEY_FILE: this.path('jwt_key') };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One worker of the API, as its own process on a free port. */
export class Service {
  output = '';
  #secrets;

  /**
   * @param {{uri: string, jwtKey?: Buffer, env?: Record<string, string>, waitUntilReady?: boolean}} settings
   * @returns {Promise<Service>}
   */
  static async start({ uri, jwtKey = randomBytes(48), env = {}, waitUntilReady = true }) {
    const service = new Service();
    service.#secrets = new Secrets({ mongodb_uri: uri, jwt_key: jwtKey });
    const settings = { PATH: process.env.PATH, PORT: '0', ...service.#secrets.environment(), ...env };
    service.child = own(spawn(process.execPath, ['src/server.js'], { cwd: API, env: settings }));
    for (const stream of [service.child.stdout, service.child.stderr])
      stream.on('data', (text) => {
        service.output += text;
      });
    service.ended = once(service.child, 'exit');
    const { port } = await until(() => service.logged('listening'), { every: 20, limit: 60_000 });
    service.url = `http://127.0.0.1:${port}`;
    if (waitUntilReady) await until(async () => (await fetch(`${service.url}/readyz`)).ok, { limit: 60_000 });
    return service;
  }

  /** The log entry with this message, once there is one. */
  logged(message) {
    const entries = this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    return entries.find((entry) => entry.message === message);
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
    this.#secrets.remove();
    return this.child.exitCode;
  }
}

/** Run a program of the API to its end: {code, stdout, stderr}. */
export async function run(argv, { env = {}, input = '' } = {}) {
  const child = own(spawn(process.execPath, argv, { cwd: API, env: { PATH: process.env.PATH, ...env } }));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].on('data', (text) => {
      output[name] += text;
    });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, ...output };
}
