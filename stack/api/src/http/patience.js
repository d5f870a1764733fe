import { AsyncLocalStorage } from 'node:async_hooks';
import { Unavailable } from '../errors.js';

/** By contract a request that the database keeps waiting is answered within 5 s; this much of it may be the waiting. */
const BUDGET_MS = 4000;

const requests = new AsyncLocalStorage();

/** Opens the budget of one request, which all of its database operations share. */
export function patience(request, response, next) {
  requests.run({ left: BUDGET_MS }, next);
}

/**
 * Wait for an operation as long as the request's budget lasts. What the operation does later is of no consequence.
 *
 * @template T
 * @param {() => Promise<T>} operation
 * @returns {Promise<T>}
 * @throws {Unavailable} when the budget is spent
 */
export async function patiently(operation) {
  const budget = requests.getStore() ?? { left: BUDGET_MS };
  const began = performance.now();
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable()), Math.max(0, budget.left));
  });
  try {
    return await Promise.race([operation(), late]);
  } finally {
    clearTimeout(timer);
    budget.left -= performance.now() - began;
  }
}
