/**
 * An answer other than success. The HTTP status is always `code`; `key` names the message in messages.js.
 */
export class ApiError extends Error {
  name = 'ApiError';

  /**
   * @param {number} code HTTP status
   * @param {keyof typeof import('./messages.js').MESSAGES} key
   * @param {Record<string, string>} [headers] sent with the answer
   */
  constructor(code, key, headers = {}) {
    super(key);
    this.code = code;
    this.key = key;
    this.headers = headers;
  }
}

/** The replica set cannot serve now; a client may try again after a short while. */
export class Unavailable extends ApiError {
  constructor() {
    super(503, 'UNAVAILABLE', { 'Retry-After': '5' });
  }
}

/** One or more fields that break a rule, all of them at once. */
export class Invalid extends ApiError {
  /** @param {{field: string, key: string, values?: Record<string, string | number>}[]} faults */
  constructor(faults) {
    super(422, 'INVALID');
    this.faults = faults;
  }
}
