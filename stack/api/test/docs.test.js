import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ReplicaSet } from './support/replica-set.js';
import { Service } from './support/service.js';

const execute = promisify(execFile);
const DOCS = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('dist/index.html', DOCS), 'utf8');

/** The guide's blocks in order: {language, text}. */
function blocks() {
  const guide = readFileSync(new URL('guide.md', DOCS), 'utf8');
  return [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
}

/** Each command with the answer printed beneath it, if one is. */
function examples() {
  const all = blocks();
  return all.flatMap(({ language, text }, index) =>
    language === 'sh'
      ? [{ command: text, answer: all[index + 1]?.language === 'json' ? all[index + 1].text : undefined }]
      : [],
  );
}

function assertLike(actual, expected, where) {
  if (expected === '…') return assert.equal(typeof actual, 'string', where);
  if (typeof expected !== 'object' || expected === null) return assert.equal(actual, expected, where);
  assert.deepEqual(Object.keys(actual), Object.keys(expected), where);
  for (const key of Object.keys(expected)) assertLike(actual[key], expected[key], `${where}.${key}`);
}

describe('the published docs', () => {
  it('are what their sources give', async () => {
    await execute(process.execPath, [fileURLToPath(new URL('build.mjs', DOCS)), '--check']);
  });

  it('need nothing that a strict content security policy forbids, and no other host', () => {
    assert.doesNotMatch(page, /<script|<style|<iframe|<form|\sstyle=|\son\w+=|javascript:/i);
    const loaded = [...page.matchAll(/<(?:link|img|source)\b[^>]*(?:href|src)="([^"]*)"/g)].map(
      ([, address]) => address,
    );
    assert.deepEqual(loaded, ['style.css']);
    assert.doesNotMatch(readFileSync(new URL('dist/style.css', DOCS), 'utf8'), /@import|url\(/);
  });

  it('lead only to anchors that exist', () => {
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const missing = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id).filter((id) => !ids.has(id));
    assert.deepEqual(missing, []);
  });

  it('are small enough to be committed', () => assert.ok(page.length < 300_000));
});

describe('the guide', () => {
  let set, service;

  before(async () => {
    set = await ReplicaSet.start();
    service = await Service.start({ uri: set.uri('nodepop') });
  });
  after(async () => {
    await service?.stop('SIGKILL');
    await set?.stop();
  });

  it('has commands that run as they stand and give what it says', async () => {
    const separator = '\u0001';
    // The first block sets SITE to a host that is the reader's.
    const [, ...rest] = examples();
    const script = rest.map(({ command }) => `${command}\nprintf '${separator}'\n`).join('');
    const { stdout } = await execute('bash', ['-euc', script], { env: { PATH: process.env.PATH, SITE: service.url } });
    const outputs = stdout.split(separator);
    assert.equal(rest.filter(({ answer }) => answer).length, 7);
    rest.forEach(({ command, answer }, index) => {
      if (answer) assertLike(JSON.parse(outputs[index]), JSON.parse(answer), command);
    });
  });
});
