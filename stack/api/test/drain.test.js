import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { it } from 'node:test';
import { Drain } from '../src/drain.js';

it('is not cut short by a second request to stop', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  const drain = new Drain(400);
  const released = [];
  assert.equal(drain.started, false);
  const began = performance.now();
  const first = drain.run(server, async () => released.push('database'));
  assert.equal(drain.started, true);
  await drain.run(server, async () => released.push('again'));
  assert.ok(performance.now() - began >= 390);
  await first;
  assert.deepEqual(released, ['database']);
});
