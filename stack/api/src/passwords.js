import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { Unavailable } from './errors.js';

const derive = promisify(scrypt);

/** OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3, which takes 32 MiB for each derivation. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** At most so many derivations at once in a worker, so many more waiting: memory and latency stay bounded. */
const CONCURRENT = Math.min(2, availableParallelism());
const WAITING = 32;
/** Milliseconds. NGINX gives up after ten seconds: who registers after that has an account and was told of a failure. */
const PATIENCE = 5000;

let running = 0;
/** What to call when it is somebody's turn. */
const queue = [];

/**
 * @param {string} password
 * @returns {Promise<string>} `scrypt$N$r$p$salt$key`, the last two in base64
 * @throws {Unavailable} when too many passwords are being derived already, or its turn does not come in time
 */
export async function hashPassword(password) {
  const salt = randomBytes(SALT_BYTES);
  const key = await inTurn(() => deriveKey(password, salt, KEY_BYTES, COST));
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/**
 * Compare in constant time. Without a stored hash (an unknown user) the same work is done and the answer is false.
 *
 * @param {string} password
 * @param {string | undefined} stored
 */
export async function verifyPassword(password, stored) {
  const [scheme, N, r, p, salt, key] = (stored ?? NOBODY).split('$');
  if (scheme !== 'scrypt') throw new Error('a stored password has an unknown scheme');
  const expected = Buffer.from(key, 'base64');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await inTurn(() => deriveKey(password, Buffer.from(salt, 'base64'), expected.length, cost));
  return timingSafeEqual(actual, expected) && stored !== undefined;
}

const NOBODY = [
  'scrypt',
  COST.N,
  COST.r,
  COST.p,
  Buffer.alloc(SALT_BYTES).toString('base64'),
  Buffer.alloc(KEY_BYTES).toString('base64'),
].join('$');

function deriveKey(password, salt, bytes, { N, r, p }) {
  // The same letters typed on two systems may differ in their Unicode form.
  return derive(password.normalize('NFC'), salt, bytes, { N, r, p, maxmem: 256 * N * r });
}

async function inTurn(work) {
  if (running >= CONCURRENT) {
    if (queue.length >= WAITING) throw new Unavailable();
    await turn();
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // A waiting request takes over the place that becomes free.
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}

function turn() {
  return new Promise((resolve, reject) => {
    const leave = setTimeout(() => {
      queue.splice(queue.indexOf(begin), 1);
      reject(new Unavailable());
    }, PATIENCE);
    function begin() {
      clearTimeout(leave);
      resolve();
    }
    queue.push(begin);
  });
}
