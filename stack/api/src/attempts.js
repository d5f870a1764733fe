import { createHash } from 'node:crypto';
import { upsert } from './database.js';
import { ApiError } from './errors.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * Failed logins allowed in a window. The first key stops guessing at one account from one place without letting a
 * stranger lock the account for its owner; the second stops one place from trying many accounts; the third bounds a
 * guess at one account from many places.
 */
const LIMITS = { 'email+address': 10, address: 100, email: 200 };

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
    const started = Math.floor(Date.now() / 1000 / WINDOW_SECONDS) * WINDOW_SECONDS;
    const ids = { 'email+address': [email, address], address: [address], email: [email] };
    const counted = await Promise.all(Object.entries(ids).map(([kind, parts]) => this.#count(kind, parts, started)));
    const giveBack = () => this.#giveBack(counted.map(({ id }) => id));
    if (counted.some(({ kind, failures }) => failures > LIMITS[kind])) {
      const left = Math.ceil(started + WINDOW_SECONDS - Date.now() / 1000);
      throw new ApiError(429, 'TOO_MANY', { 'Retry-After': String(Math.max(1, left)) });
    }
    return giveBack;
  }

  async #count(kind, parts, started) {
    // A hash: what was typed at the e-mail field may be a password, and addresses are personal data.
    const id = createHash('sha256')
      .update(JSON.stringify([kind, ...parts, started]))
      .digest('base64url');
    const change = { $inc: { fallos: 1 }, $setOnInsert: { caduca: new Date((started + WINDOW_SECONDS) * 1000) } };
    const { fallos } = await this.#database.ask('intentos', (attempts) =>
      upsert(attempts, { _id: id }, change, LOSABLE),
    );
    return { kind, id, failures: fallos };
  }

  async #giveBack(ids) {
    await this.#database.ask('intentos', (attempts) =>
      attempts.updateMany({ _id: { $in: ids } }, { $inc: { fallos: -1 } }, LOSABLE),
    );
  }
}
