import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults } from '../support/contract.js';

const PATH = '/apiv1/anuncios';
const GOOD = { nombre: 'Guitarra', venta: true, precio: 120.5, foto: 'bici.jpg', tags: ['work', 'work'] };

const REFUSED = [
  ['nothing', {}, ['nombre', 'venta', 'precio']],
  ['a blank name', { ...GOOD, nombre: '  ' }, ['nombre']],
  ['text for a number', { ...GOOD, precio: '12' }, ['precio']],
  ['a negative price', { ...GOOD, precio: -1 }, ['precio']],
  ['an endless price', '{"nombre":"x","venta":true,"precio":1e999}', ['precio']],
  ['text for a boolean', { ...GOOD, venta: 'true' }, ['venta']],
  ['an unknown tag', { ...GOOD, tags: ['food'] }, ['tags']],
  ['a text for tags', { ...GOOD, tags: 'work' }, ['tags']],
  ['five tags', { ...GOOD, tags: ['work', 'work', 'work', 'work', 'work'] }, ['tags']],
  [
    'operators',
    { nombre: { $gt: '' }, venta: { $ne: 1 }, precio: { $gt: 0 }, tags: [{ $ne: 1 }] },
    ['nombre', 'venta', 'precio', 'tags'],
  ],
  ...['../../etc/passwd', 'a/b.jpg', 'x.svg', '.jpg', 'x.jpg\n', 'http://x/y.jpg'].map((foto) => [
    `the photo ${foto}`,
    { ...GOOD, foto },
    ['foto'],
  ]),
];

export function newAdsSuite(stage) {
  const publish = (request) => stage.client.post(PATH, { token: stage.token, ...request });

  describe('a new ad', () => {
    it('is stored and can be listed', async () => {
      const { status, json } = await publish({ json: { ...GOOD, _id: 'mine', admin: true } });
      assert.equal(status, 201);
      const { _id, ...rest } = json.created;
      assert.deepEqual(rest, { ...GOOD, foto: '/images/anuncios/bici.jpg', tags: ['work'] });
      const listed = await stage.client.get(`${PATH}?nombre=guitarra`, { token: stage.token });
      assert.deepEqual(listed.json.result.rows.at(-1), { _id, ...rest });
    });

    it('may come as a form', async () => {
      const { json } = await publish({ form: 'nombre=Mesa&venta=false&precio=7.5&tags=work&tags=motor' });
      const { _id } = json.created;
      const expected = { nombre: 'Mesa', venta: false, precio: 7.5, foto: null, tags: ['work', 'motor'] };
      assert.deepEqual(json.created, { _id, ...expected });
    });

    it('is refused as a form with nonsense', async () => {
      assert.deepEqual(faults(await publish({ form: 'nombre=Mesa&venta=yes&precio=1e3x&tags=food' })), [
        'venta',
        'precio',
        'tags',
      ]);
    });

    for (const [what, body, fields] of REFUSED) {
      it(`is refused with ${JSON.stringify(what)}`, async () => {
        const request =
          typeof body === 'string' ? { raw: body, headers: { 'content-type': 'application/json' } } : { json: body };
        assert.deepEqual(faults(await publish(request)), fields);
      });
    }
  });
}
