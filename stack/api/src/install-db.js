import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readMongodb } from './config.js';
import { Database } from './database.js';
import { Invalid } from './errors.js';
import { message } from './messages.js';
import { hashPassword } from './passwords.js';
import { readAd } from './routes/ad-body.js';
import { readRegistration } from './routes/user-body.js';

const USAGE = `Fill the database with the initial data: npm run installDB -- [--yes] [--force] [--user-file FILE]

  --yes             do not ask (a one-shot job has nobody to ask)
  --force           empty ads and users first, where there are any
  --user-file FILE  JSON with nombre, email and clave of the first user, such as a mounted secret; without it
                    a terminal is shown a user with a random password, and an unattended run makes no user
  --wait SECONDS    how long to wait for a primary (60)
`;

/** What a person or a job can put right; told in one line. */
class Refusal extends Error {}

async function main() {
  const options = readOptions();
  const ads = readJson(new URL('../anuncios.json', import.meta.url)).anuncios.map((ad) => readAd(ad));
  const user = readUser(options['user-file']);
  if (!options.yes && !(await confirmed())) {
    console.log('Nothing was changed.');
    return;
  }
  const database = new Database(readMongodb());
  try {
    await opened(database, Number(options.wait));
    await install(database, { ads, user }, options.force);
  } finally {
    await database.close();
  }
  console.log(`${ads.length} ads and ${user ? `the user ${user.email}` : 'no user'} were stored.`);
  if (user?.generated) console.log(`Password, shown this once: ${user.clave}`);
}

function readOptions() {
  const options = {
    yes: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    'user-file': { type: 'string' },
    wait: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  };
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  if (!/^\d{1,4}$/.test(values.wait)) throw new Refusal('--wait is not a number of seconds');
  return values;
}

function readUser(file) {
  if (file) return readRegistration(readJson(file));
  // Without a terminal the password would end in a log.
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const clave = randomBytes(18).toString('base64url');
  return { nombre: 'Usuario', email: 'usuario@example.com', clave, generated: true };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refusal(`${file} cannot be read: ${error.code ?? 'it is not JSON'}`);
  }
}

async function confirmed() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // At the end of the input there is no answer, which is not a yes.
    const closed = once(terminal, 'close').then(() => '');
    const question = 'This empties the ads and the users and stores the initial ones. Are you sure? (yes/no) ';
    return (await Promise.race([terminal.question(question), closed])) === 'yes';
  } finally {
    terminal.close();
  }
}

async function opened(database, seconds) {
  const late = wait(seconds * 1000, 'late', { ref: false });
  if ((await Promise.race([database.open(), late])) === 'late') {
    throw new Refusal(`the database has had no primary for ${seconds} s`);
  }
}

/** All or nothing: a job killed half way leaves what was there. */
async function install(database, { ads, user }, force) {
  const stored = user && { nombre: user.nombre, email: user.email, clave: await hashPassword(user.clave) };
  await database.transaction(async (session) => {
    for (const [name, documents] of [
      ['anuncios', ads],
      ['usuarios', stored ? [stored] : []],
    ]) {
      const collection = database.collection(name);
      if (!force && (await collection.findOne({}, { session }))) {
        throw new Refusal(`${name} is not empty; --force empties it first`);
      }
      await collection.deleteMany({}, { session });
      if (documents.length > 0)
        await collection.insertMany(
          documents.map((one) => ({ ...one })),
          { session },
        );
    }
  });
}

function explain(error) {
  if (error instanceof Invalid) {
    const faults = error.faults.map(({ field, key, values }) => `${field} ${message(key, 'en', values)}`);
    return `the initial data is not valid: ${faults.join(', ')}`;
  }
  if (error instanceof Refusal || error instanceof ConfigError || error.code?.startsWith?.('ERR_PARSE_ARGS')) {
    return error.message;
  }
  return `${error.name} ${error.code ?? ''}`;
}

try {
  await main();
} catch (error) {
  console.error(`installDB: ${explain(error)}`);
  process.exitCode = 1;
}
