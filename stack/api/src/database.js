import { setTimeout as wait } from 'node:timers/promises';
import {
  MongoClient,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerClosedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { Unavailable } from './errors.js';
import { patiently } from './http/patience.js';
import { log } from './log.js';

/**
 * Each step of an operation ends within this time. The steps of one request may add up; http/patience.js answers
 * before the contract's 5 s are over whatever the driver still waits for.
 */
export const STEP_MS = 3500;
const RETRY_MS = 1000;

/** A read that the primary leaves unanswered for this long asks another member as well. */
const SILENCE_MS = 800;

/** Fields with an index, by collection. The unique ones hold where two workers write at the same moment. */
export const INDEXES = {
  anuncios: [{ key: { nombre: 1 } }, { key: { venta: 1 } }, { key: { precio: 1 } }, { key: { tags: 1 } }],
  usuarios: [{ key: { nombre: 1 } }, { key: { email: 1 }, unique: true }],
  pushtokens: [
    { key: { token: 1, plataforma: 1 }, unique: true },
    { key: { plataforma: 1 } },
    { key: { usuario: 1 } },
    { key: { createdAt: 1 } },
  ],
  intentos: [{ key: { caduca: 1 }, expireAfterSeconds: 0 }],
};

/** The replica set, reached for as long as it takes: a process that starts before its database waits for it. */
export class Database {
  #client;
  #name;
  #prepared = false;
  #closing = new AbortController();

  /** @param {import('./config.js').MongodbSettings} settings */
  constructor({ uri, database, ca }) {
    this.#name = database;
    this.#client = new MongoClient(uri, {
      ...tls(ca),
      appName: 'nodepop-api',
      readPreference: 'primary',
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', wtimeoutMS: STEP_MS },
      retryWrites: true,
      retryReads: true,
      serverSelectionTimeoutMS: STEP_MS,
      connectTimeoutMS: STEP_MS,
      // A primary that lost its power answers no packet: without this a request would wait for TCP to give up.
      socketTimeoutMS: STEP_MS,
      waitQueueTimeoutMS: STEP_MS,
      maxPoolSize: 20,
    });
  }

  /** Connect and make the indexes, trying again until it is done or `close` is called. */
  async open() {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#client.connect();
        await this.#prepare();
        this.#prepared = true;
        log('info', 'database ready');
        return;
      } catch (error) {
        log('warn', 'database not ready, trying again', { error: error.name, code: error.code });
        await wait(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  async #prepare() {
    for (const [name, indexes] of Object.entries(INDEXES)) {
      await this.#client.db(this.#name).collection(name).createIndexes(indexes);
    }
  }

  /**
   * @param {keyof typeof INDEXES} name
   * @throws {Unavailable} before the indexes exist, without which e-mails would not be unique
   */
  collection(name) {
    if (!this.#prepared) throw new Unavailable();
    return this.#client.db(this.#name).collection(name);
  }

  /**
   * Run operations on one collection, for as long as the request they belong to may wait.
   *
   * @template T
   * @param {keyof typeof INDEXES} name
   * @param {(collection: import('mongodb').Collection) => Promise<T>} operation
   * @returns {Promise<T>}
   * @throws {Unavailable} or what the driver throws; `isUnavailable` tells which of that means the same
   */
  async ask(name, operation) {
    const collection = this.collection(name);
    return patiently(() => operation(collection));
  }

  /**
   * The same for a read that goes on without a primary. The primary answers it while it can; where it is known to be
   * away another member does, and where it is silent another member is asked as well and the first answer counts. Such
   * an answer is what a majority has acknowledged, but may be older than the primary's.
   *
   * @template T
   * @param {keyof typeof INDEXES} name
   * @param {(collection: import('mongodb').Collection) => Promise<T>} operation reads, and nothing else
   * @returns {Promise<T>}
   * @throws {Unavailable} or what the driver throws, as `ask` does
   */
  async read(name, operation) {
    this.collection(name);
    const through = (readPreference) => operation(this.#client.db(this.#name).collection(name, { readPreference }));
    return patiently(() =>
      answerOf(
        () => through('primaryPreferred'),
        () => through('secondaryPreferred'),
      ),
    );
  }

  /** Read what a majority has acknowledged, through the primary. Throws where that cannot be done. */
  async checkReadable() {
    await this.ask('anuncios', (ads) => ads.findOne({}, { projection: { _id: 1 }, maxTimeMS: STEP_MS }));
  }

  /** Run `work` with a session of one transaction; a failover in the middle of it starts it again. */
  async transaction(work) {
    await this.#client.withSession((session) => session.withTransaction(work));
  }

  async close() {
    this.#closing.abort();
    await this.#client.close();
  }
}

/**
 * What `preferred` comes to; where it comes to nothing for SILENCE_MS, the first success of it and `other`.
 *
 * @template T
 * @param {() => Promise<T>} preferred
 * @param {() => Promise<T>} other
 * @returns {Promise<T>}
 */
async function answerOf(preferred, other) {
  const answer = preferred();
  let timer;
  const silence = new Promise((resolve) => {
    timer = setTimeout(resolve, SILENCE_MS, SILENT);
  });
  try {
    const heard = await Promise.race([answer, silence]);
    if (heard !== SILENT) return heard;
    return await Promise.any([answer, other()]);
  } catch (error) {
    // Both failed: the primary's reason is the one to tell.
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    clearTimeout(timer);
  }
}

const SILENT = Symbol('silent');

/** With an authority: TLS only, and only to who shows a certificate of it under the name that was connected to. */
function tls(ca) {
  return ca ? { tls: true, ca } : {};
}

/**
 * Codes of the server's error list that mean "not now": unreachable or timed-out hosts, no primary or a new one, shutting
 * down, an operation out of time, a write not yet acknowledged by a majority.
 */
const NOT_NOW = new Set([6, 7, 50, 64, 89, 91, 100, 112, 134, 189, 202, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const NOT_NOW_KINDS = [
  MongoServerSelectionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoServerClosedError,
  MongoClientClosedError,
];

/** True for an error of the driver that says the replica set cannot serve at this moment. */
export function isUnavailable(error) {
  if (!(error instanceof MongoError)) return false;
  // The pool's own errors (no free connection in time, pool cleared) are not exported by the driver.
  if (/^MongoWaitQueueTimeout|PoolClosed|PoolCleared/.test(error.name)) return true;
  return NOT_NOW.has(error.code) || NOT_NOW_KINDS.some((kind) => error instanceof kind);
}

/** True where a unique index refused a document. */
export function isDuplicate(error) {
  return error instanceof MongoError && error.code === 11000;
}

/**
 * Change the one document that matches, or insert it, and return it. Where two inserts meet, the second is refused by
 * the unique index and then finds the first one's document.
 *
 * @param {import('mongodb').Collection} collection
 * @param {import('mongodb').Filter<any>} filter
 * @param {import('mongodb').UpdateFilter<any>} change
 * @param {import('mongodb').FindOneAndUpdateOptions} [options]
 */
export async function upsert(collection, filter, change, options = {}) {
  const store = () =>
    collection.findOneAndUpdate(filter, change, { ...options, upsert: true, returnDocument: 'after' });
  try {
    return await store();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return store();
  }
}
