import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Unavailable } from '../src/errors.js';
import { hashPassword, verifyPassword } from '../src/passwords.js';

it('who waits longer than the proxy does is told at once, and the others are served', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = Array.from({ length: 6 }, (_, number) => hashPassword(`correct horse ${number}`));
  await Promise.resolve();
  test.mock.timers.tick(5000);
  const told = await Promise.allSettled(asked);
  const refused = told.filter(({ status }) => status === 'rejected');
  assert.ok(refused.length >= 4, `${refused.length} of 6 were refused`);
  assert.ok(refused.every(({ reason }) => reason instanceof Unavailable));
  for (const [number, { value }] of told.entries()) {
    if (value) assert.ok(await verifyPassword(`correct horse ${number}`, value));
  }
  assert.ok(await hashPassword('the next one'), 'the places of those who left are free again');
});
