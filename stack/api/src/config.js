import { readFileSync } from 'node:fs';

/** A fault of the installation, not of the program: the process ends and PM2 does not start it again. */
export class ConfigError extends Error {
  name = 'ConfigError';
}

/** sysexits' EX_CONFIG, which ecosystem.config.cjs names in stop_exit_codes. */
export const CONFIG_EXIT_CODE = 78;

/** RFC 7518, 3.2: a key for HS256 has at least the size of the hash. */
const JWT_KEY_MIN_BYTES = 32;
const DEFAULT_DATABASE = 'nodepop';

/**
 * Read the settings. Secrets come from files, the environment only says where they are.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {{port: number, drainAcceptMs: number, mongodb: MongodbSettings, jwt: JwtSettings}}
 * @typedef {{uri: string, database: string, ca?: string}} MongodbSettings
 * @typedef {{current: Buffer, previous?: Buffer}} JwtSettings
 * @throws {ConfigError} whose message names the file or variable, never its value
 */
export function readConfig(env = process.env) {
  return {
    port: integer(env, 'PORT', 3000, 0, 65535),
    drainAcceptMs: integer(env, 'DRAIN_ACCEPT_MS', 0, 0, 60_000),
    mongodb: readMongodb(env),
    jwt: readJwtKeys(env),
  };
}

/** @param {NodeJS.ProcessEnv} env */
export function readMongodb(env = process.env) {
  const file = env.MONGODB_URI_FILE ?? '/run/secrets/mongodb_uri';
  const uri = readSecret(file).toString('utf8').trim();
  const parts = /^mongodb(?:\+srv)?:\/\/[^/?]+(?:\/(?<database>[^?/]*))?(?:\?.*)?$/.exec(uri);
  if (!parts) throw new ConfigError(`${file} holds no MongoDB connection string`);
  return { uri, database: parts.groups.database || DEFAULT_DATABASE, ca: readAuthority(env.MONGODB_CA_FILE) };
}

/** The certificates by which the database's are verified, in PEM; without a file the connection string decides. */
function readAuthority(file) {
  if (!file) return undefined;
  const pem = readSecret(file).toString('ascii');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new ConfigError(`${file} holds no certificate`);
  return pem;
}

function readJwtKeys(env) {
  const current = jwtKey(env.JWT_KEY_FILE ?? '/run/secrets/jwt_key');
  const previousFile = env.JWT_KEY_PREVIOUS_FILE ?? '/run/secrets/jwt_key_previous';
  try {
    return { current, previous: jwtKey(previousFile) };
  } catch (error) {
    if (error.cause?.code === 'ENOENT' && !env.JWT_KEY_PREVIOUS_FILE) return { current };
    throw error;
  }
}

function jwtKey(file) {
  const key = withoutNewline(readSecret(file));
  if (key.length < JWT_KEY_MIN_BYTES) {
    throw new ConfigError(`${file} is shorter than ${JWT_KEY_MIN_BYTES} bytes`);
  }
  return key;
}

function readSecret(file) {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`the secret ${file} cannot be read (${cause.code})`, { cause });
  }
}

function withoutNewline(bytes) {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}

function integer(env, name, fallback, min, max) {
  const text = env[name] ?? String(fallback);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw new ConfigError(`${name} is not a whole number from ${min} to ${max}`);
  return value;
}
