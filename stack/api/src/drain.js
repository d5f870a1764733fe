import { setTimeout as wait } from 'node:timers/promises';
import { log } from './log.js';

/** For what is open when the socket closes; the longest operation takes 4.5 s. */
const FINISH_MS = 8000;

/**
 * Leaving without a failed request: go on accepting for as long as other machines may still know this one's address,
 * then close the socket, let the open requests finish, and end.
 */
export class Drain {
  #acceptMs;
  #leaving;

  /** @param {number} acceptMs how long new connections are still taken after the request to stop */
  constructor(acceptMs) {
    this.#acceptMs = acceptMs;
  }

  /** While leaving, each answer closes its connection, so that the client's next request finds another worker. */
  middleware = (request, response, next) => {
    if (this.started) response.set('Connection', 'close');
    next();
  };

  get started() {
    return this.#leaving !== undefined;
  }

  /**
   * Asked again, it is the same leave: the second signal does not cut it short.
   *
   * @param {import('node:http').Server} server @param {() => Promise<void>} release closes what requests need
   */
  run(server, release) {
    this.#leaving ??= this.#leave(server, release);
    return this.#leaving;
  }

  async #leave(server, release) {
    log('info', 'leaving', { acceptMs: this.#acceptMs });
    await wait(this.#acceptMs);
    const closed = new Promise((resolve) => server.close(resolve));
    const late = wait(FINISH_MS, 'late', { ref: false });
    if ((await Promise.race([closed, late])) === 'late') log('warn', 'requests cut off');
    server.closeAllConnections();
    await release();
  }
}
