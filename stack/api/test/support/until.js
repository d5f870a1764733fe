import { setTimeout as wait } from 'node:timers/promises';

/**
 * Ask again until `question` gives something true, and return that. An error counts as "not yet" and is told at the end.
 *
 * @template T
 * @param {() => Promise<T> | T} question
 * @param {{limit?: number, every?: number}} [times] in ms
 * @returns {Promise<T>}
 */
export async function until(question, { limit = 10_000, every = 50 } = {}) {
  const end = Date.now() + limit;
  let cause;
  do {
    try {
      const answer = await question();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    await wait(every);
  } while (Date.now() < end);
  throw new Error(`still not so after ${limit} ms: ${question}`, { cause });
}
