import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ItemError } from '../../../../shared/grip/item/item-error.ts'
import { parseItem } from '../../../../shared/grip/item/parse-item.ts'
import { decodeTnetstring } from '../../../../shared/tnetstring.ts'
import { httpResponse, httpStream, publishItem } from '../../../support/publish-item.ts'

const empty = publishItem('ch')

const published: Array<[json: string, item: object]> = [
  [
    '{"items":[{"formats":{"http-stream":{"content":"hi\\n"}},"channel":"ch"}]}',
    { ...empty, httpStream: httpStream('hi\n') },
  ],
  [
    '{"items":[{"formats":{"http-response":{"body":"hi"}},"id":"2","prev-id":"1","channel":"ch"}]}',
    { ...empty, id: '2', prevId: '1', httpResponse: httpResponse('hi') },
  ],
  [
    '{"items":[{"formats":{"http-stream":{"content-bin":"AP8="}},"channel":"ch"}]}',
    { ...empty, httpStream: { ...httpStream(''), content: Buffer.from([0, 255]) } },
  ],
  [
    `{"items":[{"formats":{"http-stream":{"action":"close","content":""},
               "ws-message":{"action":"close","code":1001},
               "http-response":{"code":202,"headers":{"A":"b"},"body":"x"}},"channel":"ch"}]}`,
    {
      ...empty,
      httpStream: { action: 'close' },
      wsMessage: { action: 'close', code: 1001, reason: '' },
      httpResponse: { ...httpResponse('x'), code: 202, reason: 'Accepted', headers: [['A', 'b']] },
    },
  ],
  ['{"items":[{"http-stream":{"content":"zz"},"channel":"ch"}]}', { ...empty, httpStream: httpStream('zz') }],
  [
    '{"items":[{"id":null,"prev-id":null,"http-stream":{"content":"zz"},"channel":"ch"}]}',
    { ...empty, httpStream: httpStream('zz') },
  ],
  [
    '{"items":[{"id":"id1","prev-id":"id0","http-stream":{"content":"x"},"channel":"ch"}]}',
    { ...empty, id: 'id1', prevId: 'id0', httpStream: httpStream('x') },
  ],
  ['{"items":[{"http-stream":{"action":"close"},"channel":"ch"}]}', { ...empty, httpStream: { action: 'close' } }],
]

for (const [json, expected] of published) {
  test(`client libraries publish ${json}`, () => {
    const body: { items: [unknown] } = JSON.parse(json)
    assert.deepEqual(parseItem(body.items[0], 'json'), expected)
  })
}

test('a publish of 2012 is understood', () => {
  const bytes = Buffer.from(
    '92:7:channel,4:test,13:http-response,16:4:body,6:hello\n,}11:http-stream,19:7:content,6:hello\n,}}',
  )
  assert.deepEqual(parseItem(decodeTnetstring(bytes), 'tnetstring'), {
    ...empty,
    channel: 'test',
    httpResponse: httpResponse('hello\n'),
    httpStream: httpStream('hello\n'),
  })
})

test('meta, size and no-seq are read', () => {
  const item = parseItem({ channel: 'c', formats: { x: 1 }, meta: { user: 'a' }, size: '7', 'no-seq': true }, 'json')
  assert.deepEqual(
    { ...item, meta: { ...item.meta } },
    { ...empty, channel: 'c', meta: { user: 'a' }, size: 7, noSeq: true },
  )
})

test('a channel in the path is for items without one, a channel in the first frame replaces any', () => {
  const item = { channel: 'inside', formats: { x: 1 } }
  const missing = { formats: { x: 1 } }
  const outside = { channel: 'outside' }
  assert.equal(parseItem(missing, 'json', { ...outside, use: 'as-default' }).channel, 'outside')
  assert.equal(parseItem(item, 'json', { ...outside, use: 'as-default' }).channel, 'inside')
  assert.equal(parseItem(item, 'json', { ...outside, use: 'always' }).channel, 'outside')
  assert.equal(parseItem({ ...item, channel: 5 }, 'json', { ...outside, use: 'always' }).channel, 'outside')
})

const owner = 'publish item object'
const refused: Array<[item: unknown, message: string]> = [
  [[], `${owner} is not an object`],
  [null, `${owner} is not an object`],
  [{ id: 1 }, `${owner} does not contain 'channel'`],
  [{ channel: 1, id: 1 }, `${owner} contains 'channel' with wrong type`],
  [{ channel: null }, `${owner} contains 'channel' with wrong type`],
  [{ channel: 'c', id: 1, 'prev-id': 1 }, `${owner} contains 'id' with wrong type`],
  [{ channel: 'c', 'prev-id': 1, formats: [] }, `${owner} contains 'prev-id' with wrong type`],
  [{ channel: 'c', formats: [], meta: [] }, `${owner} contains 'formats' with wrong type`],
  [{ channel: 'c', meta: [], size: [] }, `${owner} contains 'meta' with wrong type`],
  [{ channel: 'c', size: 'x', 'no-seq': 1 }, `${owner} contains 'size' with wrong type`],
  [{ channel: 'c', 'no-seq': 1 }, `${owner} contains 'no-seq' with wrong type`],
  [{ channel: 'c' }, 'no formats specified'],
  [{ channel: 'c', formats: {} }, 'no formats specified'],
  [{ channel: 'c', formats: { 'http-stream': 1 }, meta: { k: 1 } }, "'http-stream' is not an object"],
  [{ channel: 'c', 'ws-message': [] }, "'ws-message' is not an object"],
  [{ channel: 'c', formats: { x: 1 }, meta: { k: 1 }, size: -1 }, "'meta' contains 'k' with wrong type"],
  [{ channel: 'c', formats: { x: 1 }, size: -1 }, `${owner} contains 'size' with invalid value`],
]

for (const [item, message] of refused) {
  test(`an item ${JSON.stringify(item)} is refused`, () => {
    assert.throws(() => parseItem(item, 'json'), { name: 'ItemError', message })
  })
}

test('arbitrary items are read or refused, and nothing else happens', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.uint8Array().map((array) => Buffer.from(array)),
  )
  const fields = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), value)
  const formats = fc.dictionary(
    fc.constantFrom('http-response', 'http-stream', 'ws-message'),
    fields(
      'code',
      'reason',
      'headers',
      'body',
      'body-bin',
      'body-patch',
      'content',
      'content-bin',
      'type',
      'content-filters',
    ),
  )
  const item = fc.oneof(value, fc.record({ channel: fc.string(), formats }), fields('channel', 'id', 'formats', 'size'))
  fc.assert(
    fc.property(item, fc.constantFrom('json', 'tnetstring'), (item, encoding) => {
      try {
        parseItem(item, encoding)
      } catch (error) {
        assert.ok(error instanceof ItemError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})
