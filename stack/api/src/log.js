/**
 * One JSON object a line on standard output, the form in which an engine collects logs.
 *
 * @param {'info' | 'warn' | 'error'} level
 * @param {string} message what happened, without any value a client sent
 * @param {Record<string, unknown>} [fields]
 */
export function log(level, message, fields = {}) {
  const entry = { time: new Date().toISOString(), level, message, pid: process.pid, ...fields };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

/**
 * What of an error may be logged: its kind, code and stack. Driver errors carry documents and addresses in further
 * properties; those stay out.
 *
 * @param {unknown} error
 */
export function describeError(error) {
  if (!(error instanceof Error)) return { error: typeof error };
  return { error: error.name, code: error.code, detail: error.stack?.split('\n').slice(0, 8).join(' | ') };
}
