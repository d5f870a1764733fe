import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createApp } from './app.js';
import { CONFIG_EXIT_CODE, ConfigError, readConfig } from './config.js';
import { Database } from './database.js';
import { Drain } from './drain.js';
import { malformed } from './http/malformed.js';
import { describeError, log } from './log.js';
import { Tokens } from './tokens.js';

/** Under PM2 standard output is a message to the parent: give it time to leave before the process ends. */
const FLUSH_MS = 100;
const DATABASE_GRACE_MS = 2000;
/** Bytes. More than NGINX lets through (17 kB) and adds. */
const HEADERS_MAX = 32 * 1024;

function main() {
  const config = readConfig();
  const database = new Database(config.mongodb);
  const drain = new Drain(config.drainAcceptMs);
  const app = createApp({ database, tokens: new Tokens(config.jwt), drain });
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: HEADERS_MAX },
    app,
  );
  server.on('error', fail);
  server.on('clientError', malformed);
  server.on('checkExpectation', app); // whatever is expected, the answer says what came of it
  void serve(server, database, config.port);

  const leave = async () => {
    await drain.run(server, () => database.close());
    end(0);
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.on('message', (text) => text === 'shutdown' && leave());
}

/**
 * A worker that comes back takes its first request when it can answer it; others serve meanwhile. Where the database is
 * away for longer, clients are told so instead of finding nobody.
 */
async function serve(server, database, port) {
  await Promise.race([database.open(), wait(DATABASE_GRACE_MS, undefined, { ref: false })]);
  server.listen(port, () => log('info', 'listening', { port: server.address().port }));
}

/** A state nobody foresaw is not worth keeping: PM2 starts a fresh worker at once. */
function fail(error) {
  log('error', 'ending', describeError(error));
  end(1);
}

function end(code) {
  process.exitCode = code;
  setTimeout(() => process.exit(code), FLUSH_MS);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
try {
  main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  log('error', error.message);
  end(CONFIG_EXIT_CODE);
}
