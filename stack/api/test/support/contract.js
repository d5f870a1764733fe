import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Description } from '../../../docs/render/description.mjs';

const SOURCE = new URL('../../openapi.yaml', import.meta.url);

/** Holds every answer to the OpenAPI description: its status, its headers and its body. */
export class Contract {
  #description = new Description(SOURCE);
  #ajv = new Ajv({ strict: false, allErrors: true });
  #seen = new Set();

  constructor() {
    addFormats(this.#ajv);
    this.#ajv.addSchema({ $id: 'openapi', components: this.#description.document.components });
  }

  /** Check one answer. A path or method that is not described must get the error envelope or, outside the API, a page. */
  check(method, path, reply) {
    const operation = this.#operation(method, path);
    if (!operation) return this.#checkUndescribed(path, reply);
    const name = `${operation.operationId} ${reply.status}`;
    const response = this.#description.resolve(operation.responses[reply.status]);
    assert.ok(response, `${name} is not described: ${reply.text}`);
    for (const [header, reference] of Object.entries(response.headers)) {
      const { required, schema } = this.#description.resolve(reference);
      const value = reply.headers.get(header);
      assert.ok(!required || value !== null, `${name} lacks the header ${header}`);
      this.#validate(schema, schema.type === 'integer' ? Number(value) : value, `${name}, header ${header}`);
    }
    if (method !== 'HEAD') this.#validate(response.content['application/json'].schema, reply.json, name);
    this.#seen.add(name);
  }

  /** Every described answer, as `operationId status`, that has not been seen. */
  unseen() {
    const described = this.#description
      .operations()
      .flatMap(({ operationId, responses }) => Object.keys(responses).map((status) => `${operationId} ${status}`));
    return described.filter((name) => !this.#seen.has(name));
  }

  #operation(method, path) {
    const wanted = method === 'HEAD' ? 'GET' : method;
    return this.#description.operations().find((one) => one.path === path && one.method.toUpperCase() === wanted);
  }

  #checkUndescribed(path, reply) {
    assert.ok([400, 401, 403, 404, 405].includes(reply.status), `${path}: ${reply.status}`);
    if (path.startsWith('/api') || reply.status === 405)
      this.#validate({ $ref: '#/components/schemas/Failure' }, reply.json, path);
    else assert.match(reply.headers.get('content-type'), /^text\/html/);
  }

  #validate(schema, value, where) {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components'));
    assert.ok(this.#ajv.validate(local, value), `${where}: ${this.#ajv.errorsText()}: ${JSON.stringify(value)}`);
  }
}

/** Asks an API and checks what it answers. */
export class Client {
  /** @param {string} url @param {Contract} contract */
  constructor(url, contract) {
    this.url = url;
    this.contract = contract;
  }

  /**
   * @param {string} method
   * @param {string} target path and query
   * @param {{json?: unknown, form?: string | Record<string, string>, raw?: BodyInit, token?: string,
   *          headers?: Record<string, string>}} [request]
   */
  async ask(method, target, { json, form, raw, token, headers = {} } = {}) {
    const sent = { ...headers };
    if (token) sent['x-access-token'] = token;
    if (json !== undefined) sent['content-type'] = 'application/json';
    const body = json !== undefined ? JSON.stringify(json) : form !== undefined ? new URLSearchParams(form) : raw;
    const response = await fetch(this.url + target, { method, headers: sent, body, duplex: 'half' });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') && method !== 'HEAD';
    const reply = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
    this.contract.check(method, target.split('?')[0], reply);
    if (reply.json?.ok === false) assert.equal(reply.json.error.code, reply.status, 'the code is the status');
    return reply;
  }

  get(target, request) {
    return this.ask('GET', target, request);
  }

  post(target, request) {
    return this.ask('POST', target, request);
  }

  /** Register a user and log in: its token. */
  async token(email = `user${Math.random().toString(36).slice(2)}@example.com`) {
    const clave = 'correct horse battery';
    await this.post('/apiv1/usuarios/register', { json: { nombre: 'Ana María', email, clave } });
    const { json } = await this.post('/apiv1/usuarios/authenticate', { json: { email, clave } });
    return json.token;
  }
}

/** The fields a 422 names. */
export function faults(reply) {
  assert.equal(reply.status, 422, reply.text);
  return reply.json.error.errors.map(({ field }) => field);
}
