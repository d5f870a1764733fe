import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { upsert } from './database.js';
import { ApiError } from './errors.js';

const WINDOW_MINUTES = 15;

/**
 * Failed logins allowed in a window. The first key stops guessing at one account from one place without letting a
 * stranger lock the account for its owner; the second stops one place from trying many accounts; the third bounds a
 * guess at one account from many places.
 */
const LIMITS = { 'email+address': 10, address: 100, email: 200 };

/** A window begins with its first attempt. The index that removes old ones is late by up to a minute, so this looks itself. */
const IS_OPEN = { $gt: ['$caduca', '$$NOW'] };
/** When those under way began; of one that never came to an end, with its worker or its database, nothing is left. */
const LONGEST_SECONDS = 30;
const BEGAN_LATELY = {
  $gt: ['$$this', { $dateSubtract: { startDate: '$$NOW', unit: 'second', amount: LONGEST_SECONDS } }],
};
const UNDER_WAY = { $filter: { input: { $ifNull: ['$enCurso', []] }, cond: BEGAN_LATELY } };
const ONE_MORE = [
  {
    $set: {
      fallos: { $cond: [IS_OPEN, '$fallos', 0] },
      enCurso: { $concatArrays: [UNDER_WAY, ['$$NOW']] },
      caduca: {
        $cond: [IS_OPEN, '$caduca', { $dateAdd: { startDate: '$$NOW', unit: 'minute', amount: WINDOW_MINUTES } }],
      },
    },
  },
];

/** A count that a failover loses costs nothing; waiting for a majority at every login would. */
const LOSABLE = { writeConcern: { w: 1 } };

/** How long an attempt waits where those under way, should they all fail, would use up a limit; and how often it looks. */
const PATIENCE_MS = 3000;
const BEAT_MS = 100;

/**
 * Counts failed logins in the database, because every worker of every replica must see the same count. An attempt is
 * counted before the password is looked at, as one under way, and then as a failure or not at all: so guesses sent in
 * parallel are all counted, and logins that are right never.
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
   * @returns {Promise<(failed: boolean) => Promise<void>>} to call with what became of it
   * @throws {ApiError} 429 with Retry-After
   */
  async take(email, address) {
    // One after another, so that guesses at one account from one place use up no other limit.
    const wanted = [
      ['email+address', [email, address]],
      ['address', [address]],
      ['email', [email]],
    ];
    for (const until = Date.now() + PATIENCE_MS; ; await wait(BEAT_MS)) {
      const taken = [];
      const settle = (failed) => this.#settle(taken, failed);
      const refusal = await this.#refusal(wanted, taken);
      if (!refusal) return settle;
      await settle(false);
      if (refusal.isFinal || Date.now() > until) throw tooMany(refusal.ends);
    }
  }

  /** The first limit that is used up, or would be; what was counted until then stands in `taken`. */
  async #refusal(wanted, taken) {
    for (const [kind, parts] of wanted) {
      // A hash: what was typed at the e-mail field may be a password, and addresses are personal data.
      const id = createHash('sha256')
        .update(JSON.stringify([kind, ...parts]))
        .digest('base64url');
      const { fallos, enCurso, caduca } = await this.#database.ask('intentos', (attempts) =>
        upsert(attempts, { _id: id }, ONE_MORE, LOSABLE),
      );
      taken.push(id);
      const isFinal = fallos >= LIMITS[kind];
      // Those under way may turn out to be right: who waited for them in vain may ask again at once.
      const ends = isFinal ? caduca.getTime() : Date.now();
      if (isFinal || fallos + enCurso.length > LIMITS[kind]) return { isFinal, ends };
    }
    return undefined;
  }

  async #settle(taken, failed) {
    const change = { $pop: { enCurso: -1 }, $inc: { fallos: failed ? 1 : 0 } };
    await this.#database.ask('intentos', (attempts) => attempts.updateMany({ _id: { $in: taken } }, change, LOSABLE));
  }
}

function tooMany(ends) {
  const left = Math.ceil((ends - Date.now()) / 1000);
  return new ApiError(429, 'TOO_MANY', { 'Retry-After': String(Math.max(1, left)) });
}
