import { createHash } from 'node:crypto';
import { upsert } from './database.js';
import { ApiError } from './errors.js';

const WINDOW_MINUTES = 15;

/**
 * Failed logins allowed in a window. The first key stops guessing at one account from one place without letting a
 * stranger lock the account for its owner; the second stops one place from trying many accounts; the third bounds a
 * guess at one account from many places.
 */
const LIMITS = { 'email+address': 10, address: 100, email: 200 };

/** A window begins with its first failure. The index that removes old ones is late by up to a minute, so this looks itself. */
const IS_OPEN = { $gt: ['$caduca', '$$NOW'] };
const ONE_MORE = [
  {
    $set: {
      fallos: { $cond: [IS_OPEN, { $add: ['$fallos', 1] }, 1] },
      caduca: {
        $cond: [IS_OPEN, '$caduca', { $dateAdd: { startDate: '$$NOW', unit: 'minute', amount: WINDOW_MINUTES } }],
      },
    },
  },
];

/** A count that a failover loses costs nothing; waiting for a majority at every login would. */
const LOSABLE = { writeConcern: { w: 1 } };

/**
 * Counts failed logins in the database, because every worker of every replica must see the same count. An attempt is
 * counted before the password is looked at and given back when it was right: guesses sent in parallel are all counted.
 */
export class LoginAttempts {
  #database;

  /** @param {import('./database.js').Database} database */
  constructor(database) {
    this.#database = database;
  }

  /**
   * @param {string} email
   * @param {string} address of the client
   * @returns {Promise<() => Promise<void>>} to call when the login succeeds
   * @throws {ApiError} 429 with Retry-After
   */
  async take(email, address) {
    const ofPlace = await Promise.all([
      this.#count('email+address', [email, address]),
      this.#count('address', [address]),
    ]);
    refuseAbove(ofPlace);
    // Only then, so that one place cannot use up the account's own limit.
    const ofAccount = await this.#count('email', [email]);
    refuseAbove([ofAccount]);
    return () => this.#giveBack([...ofPlace, ofAccount].map(({ id }) => id));
  }

  async #count(kind, parts) {
    // A hash: what was typed at the e-mail field may be a password, and addresses are personal data.
    const id = createHash('sha256')
      .update(JSON.stringify([kind, ...parts]))
      .digest('base64url');
    const { fallos, caduca } = await this.#database.ask('intentos', (attempts) =>
      upsert(attempts, { _id: id }, ONE_MORE, LOSABLE),
    );
    return { kind, id, failures: fallos, ends: caduca.getTime() };
  }

  async #giveBack(ids) {
    const change = { $inc: { fallos: -1 } };
    await this.#database.ask('intentos', (attempts) =>
      attempts.updateMany({ _id: { $in: ids }, fallos: { $gt: 0 } }, change, LOSABLE),
    );
  }
}

function refuseAbove(counted) {
  const over = counted.filter(({ kind, failures }) => failures > LIMITS[kind]);
  if (over.length === 0) return;
  const left = Math.ceil((Math.max(...over.map(({ ends }) => ends)) - Date.now()) / 1000);
  throw new ApiError(429, 'TOO_MANY', { 'Retry-After': String(Math.max(1, left)) });
}
