import { STATUS_CODES } from 'node:http';
import { message } from '../messages.js';

const REFUSALS = {
  HPE_HEADER_OVERFLOW: [431, 'HEADERS_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'TOO_SLOW'],
};

/** What Node.js's parser refuses before there is a request: the error envelope all the same, and the connection's end. */
export function malformed(error, socket) {
  const answering = socket._httpMessage?.headersSent; // two answers in one would be worse than none
  if (error.code === 'ECONNRESET' || !socket.writable || answering) return void socket.destroy();
  const [code, key] = REFUSALS[error.code] ?? [400, 'BAD_REQUEST'];
  const body = JSON.stringify({ ok: false, error: { code, message: message(key, 'en') } });
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'Content-Language: en',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return void socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
