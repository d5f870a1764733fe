import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { malformed } from '../src/http/malformed.js';

describe('what Node.js refuses to parse', () => {
  const server = createServer(
    { maxHeaderSize: 1024, headersTimeout: 300, connectionsCheckingInterval: 50 },
    (request, response) => response.end('served'),
  );
  server.on('clientError', malformed);
  before(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  after(() => server.close());

  /** The raw answer to raw bytes. */
  async function answer(bytes) {
    const socket = connect(server.address().port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'close');
    const [head, body] = text.split('\r\n\r\n');
    return { head, body };
  }

  for (const [what, bytes, code, message] of [
    [
      'a path that is not ASCII',
      Buffer.from('GET /?nombre=\xff HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1'),
      400,
      'the request is not well formed',
    ],
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'the request is not well formed'],
    [
      'large headers',
      `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(2000)}\r\n\r\n`,
      431,
      "the request's headers are too large",
    ],
    ['headers without an end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'the request took too long'],
  ]) {
    it(`gets the envelope: ${what}`, async () => {
      const { head, body } = await answer(bytes);
      assert.match(head, new RegExp(`^HTTP/1.1 ${code} `));
      assert.match(head, /Content-Type: application\/json; charset=utf-8/);
      assert.match(head, /Content-Language: en/);
      assert.match(head, new RegExp(`Content-Length: ${Buffer.byteLength(body)}`));
      assert.deepEqual(JSON.parse(body), { ok: false, error: { code, message } });
    });
  }

  it('leaves an answer alone that has begun', async () => {
    const { head, body } = await answer('GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
    assert.match(head, /^HTTP\/1.1 200 /);
    assert.ok(body.startsWith('served'));
  });
});
