import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { faults } from '../support/contract.js';

const PATH = '/apiv1/anuncios';
const ADS = [
  { nombre: 'Bicicleta', venta: true, precio: 230.15, foto: 'bici.jpg', tags: ['lifestyle', 'motor'] },
  { nombre: 'iPhone 3GS', venta: false, precio: 50, foto: 'iphone.png', tags: ['lifestyle', 'mobile'] },
  { nombre: 'Bici (vieja)', venta: true, precio: 10, tags: ['motor'] },
  { nombre: 'Ñandú', venta: false, precio: 49.99, tags: ['work'] },
  { nombre: '(a+)+$', venta: true, precio: 0, tags: [] },
];
const ALL = ['Bicicleta', 'iPhone 3GS', 'Bici (vieja)', 'Ñandú', '(a+)+$'];

const LISTED = [
  ['', ALL],
  ['tag=motor', ['Bicicleta', 'Bici (vieja)']],
  ['tag=work&tag=mobile', ['iPhone 3GS', 'Ñandú']],
  ['tag=work&'.repeat(9), ['Ñandú']],
  ['venta=true', ['Bicicleta', 'Bici (vieja)', '(a+)+$']],
  ['venta=false', ['iPhone 3GS', 'Ñandú']],
  ['nombre=bici', ['Bicicleta', 'Bici (vieja)']],
  ['nombre=BICI%20(', ['Bici (vieja)']],
  ['nombre=%C3%B1', ['Ñandú']],
  ['nombre=cicleta', []],
  ['nombre=', ALL],
  ['nombre=.*', []],
  ['nombre=%5B', []],
  ['nombre=%5E', []],
  ['nombre=(a%2B)%2B%24', ['(a+)+$']],
  ['precio=50', ['iPhone 3GS']],
  ['precio=230.15', ['Bicicleta']],
  ['precio=10-50', ['iPhone 3GS', 'Bici (vieja)', 'Ñandú']],
  ['precio=49.99-49.99', ['Ñandú']],
  ['precio=50-', ['Bicicleta', 'iPhone 3GS']],
  ['precio=-50', ['iPhone 3GS', 'Bici (vieja)', 'Ñandú', '(a+)+$']],
  ['precio=0-0', ['(a+)+$']],
  ['precio=-0', ['(a+)+$']],
  ['precio=-', ALL],
  ['precio=1234567890123-', []],
  ['precio=49.9900001-50.0000', ['iPhone 3GS']],
  ['start=1&limit=2', ['iPhone 3GS', 'Bici (vieja)']],
  ['start=99', []],
  ['sort=precio', ['(a+)+$', 'Bici (vieja)', 'Ñandú', 'iPhone 3GS', 'Bicicleta']],
  ['sort=-precio&limit=1', ['Bicicleta']],
  ['sort=-_id', ALL.toReversed()],
  ['sort=venta', ['iPhone 3GS', 'Ñandú', 'Bicicleta', 'Bici (vieja)', '(a+)+$']],
  ['sort=nombre&tag=motor', ['Bici (vieja)', 'Bicicleta']],
  ['tag=motor&venta=true&nombre=bici&precio=100-', ['Bicicleta']],
  ['unknown=1&clave[$ne]=1', ALL],
];

const REFUSED = [
  ...[
    'abc',
    '1-2-3',
    '1e999',
    '1e3',
    '50-10',
    '--',
    '-1-5',
    '1.',
    '.5',
    ' 5',
    '0x10',
    'NaN',
    'Infinity',
    '1234567890123456',
    '1.123456789012345',
    '1-1234567890123456',
    '',
    '5%00',
  ].map((value) => [`precio=${value}`, 'precio']),
  ...['maybe', 'TRUE', '1', ''].map((value) => [`venta=${value}`, 'venta']),
  ...['-1', 'x', '1.5', '', '99999999999', '2147483648'].map((value) => [`start=${value}`, 'start']),
  ...['0', '1001', '5000', 'x', '-1', '1e2'].map((value) => [`limit=${value}`, 'limit']),
  ...['unknown', '', 'Motor', '$where'].map((value) => [`tag=${value}`, 'tag']),
  ...['clave', '--precio', '', '-', 'tags', '__proto__', 'constructor'].map((value) => [`sort=${value}`, 'sort']),
  ['nombre[$ne]=x', 'nombre'],
  ['tag[$gt]=', 'tag'],
  ['tag[]=motor', 'tag'],
  ['sort[$x]=1', 'sort'],
  ['precio[$gt]=1', 'precio'],
  ['nombre=a&nombre=b', 'nombre'],
  ['precio=1&precio=2', 'precio'],
  ['limit=1&limit=2', 'limit'],
  ['includeTotal=true&includeTotal=true', 'includeTotal'],
  [`nombre=${'a'.repeat(81)}`, 'nombre'],
  ['nombre=a%00b', 'nombre'],
];

export function adsSuite(stage) {
  const list = (query) => stage.client.get(`${PATH}?${query}`, { token: stage.token });

  describe('the list of ads', () => {
    before(async () => {
      await stage.db.collection('anuncios').deleteMany({});
      await stage.db.collection('anuncios').insertMany(ADS.map((ad) => ({ ...ad, internal: 'not shown' })));
    });

    for (const [query, names] of LISTED) {
      it(`for "${query}"`, async () => {
        const { status, json } = await list(query);
        assert.equal(status, 200);
        assert.deepEqual(
          json.result.rows.map(({ nombre }) => nombre),
          names,
        );
      });
    }

    for (const [query, field] of REFUSED) {
      it(`refuses "${query.slice(0, 40)}"`, async () => assert.deepEqual(faults(await list(query)), [field]));
    }

    it('names every parameter that is wrong at once', async () => {
      assert.deepEqual(faults(await list('venta=x&precio=x&limit=0&start=x&sort=x&tag=x')).sort(), [
        'limit',
        'precio',
        'sort',
        'start',
        'tag',
        'venta',
      ]);
    });

    it('shows the path of the photo, null where there is none, and no other field', async () => {
      const { json } = await list('limit=3');
      assert.deepEqual(
        json.result.rows.map(({ foto }) => foto),
        ['/images/anuncios/bici.jpg', '/images/anuncios/iphone.png', null],
      );
      assert.deepEqual(Object.keys(json.result.rows[0]), ['_id', 'nombre', 'venta', 'precio', 'foto', 'tags']);
    });

    it('counts all ads whatever the filters, and only when asked', async () => {
      assert.equal((await list('includeTotal=true&tag=work&limit=1')).json.result.total, 5);
      for (const query of ['', 'includeTotal=false', 'includeTotal=1'])
        assert.ok(!('total' in (await list(query)).json.result));
    });

    it('answers HEAD like GET, without a body', async () => {
      const reply = await stage.client.ask('HEAD', PATH, { token: stage.token });
      assert.deepEqual([reply.status, reply.text], [200, '']);
    });

    it('takes an evil pattern literally and at once', async () => {
      const began = performance.now();
      await list(`nombre=${encodeURIComponent('(a+)+$')}${'a'.repeat(60)}`);
      assert.ok(performance.now() - began < 1000);
    });
  });

  describe('the tags', () => {
    it('are the four of the contract', async () => {
      const { json } = await stage.client.get(`${PATH}/tags`, { token: stage.token });
      assert.deepEqual(json, { ok: true, allowedTags: ['work', 'lifestyle', 'motor', 'mobile'] });
    });
  });
}
