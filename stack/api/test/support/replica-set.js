import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { own } from './children.js';
import { findMongod } from './mongod.js';
import { freePort } from './ports.js';
import { until } from './until.js';

const NAME = 'test';

/** A real replica set of data members on loopback, with quick elections. */
export class ReplicaSet {
  #members = [];
  #folder = mkdtempSync(join(tmpdir(), 'nodepop-mongod-'));

  #tls;

  /**
   * @param {number} size
   * @param {{certificate: string, authority: string}} [tls] paths of PEM files; members then speak nothing but TLS
   */
  static async start(size = 1, tls = undefined) {
    const set = new ReplicaSet();
    set.#tls = tls;
    try {
      for (let index = 0; index < size; index += 1) await set.#startMember(index);
      await set.#initiate();
    } catch (error) {
      await set.stop();
      throw error;
    }
    return set;
  }

  /** @param {string} database @param {string} [options] further parameters of the connection string */
  uri(database, options = '') {
    const hosts = this.#members.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `mongodb://${hosts}/${database}?replicaSet=${NAME}${options}`;
  }

  /** Send a signal to every member but the first `keep`. SIGSTOP is a machine without power, as its peers see it. */
  signalAllBut(keep, signal) {
    for (const { child } of this.#members.slice(keep)) child.kill(signal);
  }

  /** Send a signal to the first member, which is primary while it is well. */
  signalFirst(signal) {
    this.#members[0].child.kill(signal);
  }

  async primary(client) {
    return until(async () => (await client.db('admin').command({ hello: 1 })).isWritablePrimary, { limit: 40_000 });
  }

  async stop() {
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startMember(index) {
    const port = await freePort();
    const path = join(this.#folder, String(index));
    mkdirSync(path);
    const child = own(
      spawn(
        findMongod(),
        [
          '--replSet',
          NAME,
          '--port',
          String(port),
          '--bind_ip',
          '127.0.0.1',
          '--dbpath',
          path,
          '--nounixsocket',
          '--wiredTigerCacheSizeGB',
          '0.25',
          '--oplogSize',
          '64',
          '--logpath',
          join(path, 'log'),
          ...this.#tlsArguments(),
        ],
        { stdio: 'ignore' },
      ),
    );
    this.#members.push({ port, child });
  }

  #tlsArguments() {
    if (!this.#tls) return [];
    const { certificate, authority } = this.#tls;
    const files = ['--tlsCertificateKeyFile', certificate, '--tlsCAFile', authority];
    return ['--tlsMode', 'requireTLS', '--tlsAllowConnectionsWithoutCertificates', ...files];
  }

  async #initiate() {
    const [{ port }] = this.#members;
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
      serverSelectionTimeoutMS: 30_000,
      ...(this.#tls && { tls: true, tlsCAFile: this.#tls.authority, tlsAllowInvalidHostnames: true }),
    });
    try {
      const members = this.#members.map((member, _id) => ({
        _id,
        host: `127.0.0.1:${member.port}`,
        priority: _id === 0 ? 2 : 1,
      }));
      const settings = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 };
      // Refused until every member answers.
      const initiate = { replSetInitiate: { _id: NAME, members, settings } };
      await until(() => client.db('admin').command(initiate), { limit: 60_000 });
      await this.primary(client);
    } finally {
      await client.close();
    }
  }
}
