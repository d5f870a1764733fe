import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { run } from './support/service.js';

const MIB = 2 ** 20;
const CPUS = availableParallelism();

/** How many workers PM2 is told to start in a container with so much memory. */
async function workers(bytes, env = {}) {
  const script = `process.constrainedMemory = () => ${bytes};
    console.log(require('./ecosystem.config.cjs').apps[0].instances)`;
  return (await run(['-e', script], { env })).stdout.trim();
}

it('starts a worker for each CPU where memory has no limit, or none that is known', async () => {
  for (const limit of [2 ** 64, 0, undefined]) assert.equal(await workers(limit), String(CPUS));
});

it('starts no more than the memory carries, but one', async () => {
  assert.equal(await workers((96 + 192) * MIB), '1');
  assert.equal(await workers(64 * MIB), '1');
  assert.equal(await workers((96 + 192 * 2) * MIB), String(Math.min(2, CPUS)));
});

it('starts as many as it is told to', async () => {
  assert.equal(await workers(64 * MIB, { API_WORKERS: '3' }), '3');
  assert.equal(await workers(2 ** 64, { API_WORKERS: 'max' }), String(CPUS));
});
