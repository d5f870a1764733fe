import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { own } from './support/children.js';
import { freePort } from './support/ports.js';
import { ReplicaSet } from './support/replica-set.js';
import { run, Secrets, Service } from './support/service.js';
import { until } from './support/until.js';

const API = fileURLToPath(new URL('../', import.meta.url));
const DRAIN_MS = 3000;
const LANES = 4;

/** The container's own command line, with its environment, in a home of its own. */
class Cluster {
  output = '';

  static async start(files, workers = 2) {
    const cluster = new Cluster();
    cluster.secrets = new Secrets(files);
    cluster.home = mkdtempSync(join(tmpdir(), 'nodepop-pm2-'));
    cluster.port = await freePort();
    cluster.env = {
      PATH: process.env.PATH,
      PORT: String(cluster.port),
      PM2_HOME: cluster.home,
      PM2_DISABLE_VERSION_CHECK: 'true',
      PM2_CONCURRENT_ACTIONS: '64',
      NODE_CLUSTER_SCHED_POLICY: 'none',
      API_WORKERS: String(workers),
      DRAIN_ACCEPT_MS: String(DRAIN_MS),
      ...cluster.secrets.environment(),
    };
    const argv = [join(API, 'node_modules/pm2/bin/pm2-runtime'), 'start', join(API, 'ecosystem.config.cjs')];
    cluster.child = own(spawn(process.execPath, argv, { cwd: '/', env: cluster.env }));
    cluster.ended = once(cluster.child, 'exit');
    for (const stream of [cluster.child.stdout, cluster.child.stderr]) {
      stream.on('data', (text) => (cluster.output += text));
    }
    return cluster;
  }

  entries(message) {
    const lines = this.output.split('\n').filter((line) => line.startsWith('{"time"'));
    return lines.map((line) => JSON.parse(line)).filter((entry) => entry.message === message);
  }

  /** One request: its status, or the error's code; `agent` keeps a connection open. */
  ask(path, agent = false) {
    return new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port: this.port, path, agent, timeout: 10_000 }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
        response.on('error', (error) => resolve(error.code));
      });
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', (error) => resolve(error.code ?? error.message));
    });
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
    for (const { pid } of this.entries('listening')) killQuietly(pid);
    this.secrets.remove();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Requests one after the other in `lanes` lanes until `stop()`; the answers by status or error code. */
function steadyLoad(cluster, lanes = LANES) {
  const answers = {};
  let going = true;
  const lane = async () => {
    while (going) {
      const answer = await cluster.ask('/readyz');
      answers[answer] = (answers[answer] ?? 0) + 1;
      await wait(5);
    }
  };
  const done = Promise.all(Array.from({ length: lanes }, lane));
  return {
    answers,
    stop: async () => {
      going = false;
      await done;
      return answers;
    },
  };
}

describe('the PM2 cluster', () => {
  let set, cluster;

  before(async () => {
    set = await ReplicaSet.start();
    cluster = await Cluster.start({ mongodb_uri: set.uri('nodepop'), jwt_key: 'k'.repeat(48) });
    await until(() => cluster.entries('listening').length === 2, { limit: 30_000 });
  });
  after(async () => {
    await cluster?.end();
    await set?.stop();
  });

  async function crashOne(round) {
    await wait(300);
    const [victim] = cluster.entries('listening').slice(-2);
    const began = performance.now();
    process.kill(victim.pid, 'SIGTRAP');
    await until(() => cluster.entries('listening').length === 2 + round, { every: 10, limit: 30_000 });
    return performance.now() - began;
  }

  /** How long one worker takes to listen without PM2, the same load going on. */
  async function bareStart() {
    const load = steadyLoad(cluster);
    const began = performance.now();
    const service = await Service.start({ uri: set.uri('nodepop'), waitUntilReady: false });
    const took = performance.now() - began;
    await service.stop('SIGKILL');
    await load.stop();
    return took;
  }

  it('has a health check that says so at once', async () => {
    const began = performance.now();
    assert.equal((await run(['healthcheck.mjs'], { env: { PORT: String(cluster.port) } })).code, 0);
    assert.ok(performance.now() - began < 1500);
    assert.equal((await run(['healthcheck.mjs'], { env: { PORT: '9' } })).code, 1);
  });

  it('has a crashed worker back within a second and loses only the requests it was answering', async () => {
    const load = steadyLoad(cluster);
    const times = [];
    try {
      for (let round = 1; round <= 3; round += 1) times.push(await crashOne(round));
    } finally {
      await load.stop();
    }
    // On a busy machine a bare start takes longer than that already.
    const limit = Math.max(1000, 2 * (await bareStart()));
    assert.ok(Math.min(...times) < limit, `back after ${times} ms, ${limit} allowed`);
    // A request that was in the dead worker's hands breaks off, which is NGINX's to repeat (tests/engine/nginx):
    // one a lane and crash at most.
    const { 200: served, ECONNRESET: broken = 0, ...others } = load.answers;
    assert.deepEqual(others, {}, `of ${served}`);
    assert.ok(served > 50 && broken <= 3 * LANES, `${broken} of ${served} broke off`);
  });

  it('writes only under PM2_HOME, and no logs', () => {
    assert.deepEqual(statSync(join(cluster.home, 'rpc.sock')).isSocket(), true);
    const logs = readdirSync(join(cluster.home, 'logs'));
    assert.deepEqual(logs, []);
  });

  it('drains: requests are served while it leaves, then it ends by itself and with 0', async () => {
    const agent = new Agent({ keepAlive: true });
    const load = steadyLoad({ ask: () => cluster.ask('/healthz', agent) }, 2);
    await wait(200);
    cluster.child.kill('SIGTERM');
    await until(() => cluster.entries('leaving').length === 2, { every: 10 });
    const began = performance.now();
    const whileLeaving = [await cluster.ask('/readyz'), await cluster.ask('/healthz')];
    const answers = await load.stop();
    const [code] = await cluster.ended;
    const took = performance.now() - began;
    assert.deepEqual([code, whileLeaving, Object.keys(answers)], [0, [503, 200], ['200']]);
    assert.ok(took > DRAIN_MS / 2 && took < DRAIN_MS + 8000, `${took} ms`);
    agent.destroy();
  });
});

describe('the PM2 cluster without its secrets', () => {
  it('ends instead of trying for ever', { timeout: 40_000 }, async () => {
    const cluster = await Cluster.start({ jwt_key: 'k'.repeat(48) });
    try {
      const [code] = await cluster.ended;
      assert.notEqual(code, 0);
      assert.equal(cluster.output.split('mongodb_uri cannot be read').length - 1, 2, 'each worker said so once');
    } finally {
      await cluster.end();
    }
  });
});
