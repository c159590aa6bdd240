import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { InstructError } from '../../../../shared/grip/instruct/instruct-error.ts'
import type { Instruct } from '../../../../shared/grip/instruct/instruct.ts'
import { parseInstruct } from '../../../../shared/grip/instruct/parse-instruct.ts'
import type { HeaderList } from '../../../../shared/grip/item/publish-item.ts'

const options = { legacyTypes: true }

function parse(body: unknown, headers: HeaderList = [], type = 'application/grip-instruct'): Instruct {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all: HeaderList = [['Content-Type', type], ['X-Outer', 'x'], ...headers]
  return parseInstruct({ code: 200, reason: 'OK', headers: all, body: Buffer.from(text) }, options)
}

test('client libraries hold a stream', () => {
  const { hold, channels, response } = parse(
    '{"hold":{"mode":"stream","channels":[{"name":"a","prevId":"5"}]},"response":{"code":200,"headers":{"X":"y"},"body":"b"}}',
  )
  assert.equal(hold, 'stream')
  assert.deepEqual(channels, [{ name: 'a', prevId: undefined, filters: [] }])
  assert.deepEqual(response, { code: 200, reason: 'OK', headers: [['X', 'y']], body: Buffer.from('b') })
})

test('client libraries hold a response', () => {
  const { hold, timeout, response } = parse(
    '{"hold":{"mode":"response","channels":[{"name":"a"}],"timeout":10},"response":{"body":"timeout body"}}',
  )
  assert.deepEqual([hold, timeout, response.body.toString()], ['response', 10, 'timeout body'])
})

test('without a response the client gets an empty 200', () => {
  const { hold, response } = parse({ hold: { channels: [] } }, [], 'application/grip-instruct; charset=utf-8')
  assert.equal(hold, 'response')
  assert.deepEqual(response, { code: 200, reason: 'OK', headers: [], body: Buffer.alloc(0) })
})

test('JSON wins over the headers, and channels and metadata add up', () => {
  const headers: HeaderList = [
    ['Grip-Hold', 'response'],
    ['Grip-Channel', 'a'],
    ['Grip-Timeout', '20'],
    ['Grip-Keep-Alive', 'header'],
    ['Grip-Set-Meta', 'user=header, room=1'],
    ['Grip-Status', '404'],
    ['Grip-Link', '</n>; rel=next'],
    ['Grip-Expose-Headers', 'B'],
  ]
  const channels = [{ name: 'b', 'prev-id': '1', filters: ['skip-self'] }]
  const keepAlive = { 'content-bin': 'AP8=', content: 'x', timeout: '0' }
  const hold = { mode: 'stream', channels, timeout: 2.0, 'keep-alive': keepAlive, meta: { user: 'json' } }
  const instruct = parse(
    {
      hold,
      response: {
        headers: [
          ['A', '1'],
          ['b', '2'],
          ['Grip-Hold', 'x'],
        ],
      },
    },
    headers,
  )
  assert.equal(instruct.hold, 'stream')
  assert.deepEqual(instruct.channels, [
    { name: 'a', prevId: undefined, filters: [] },
    { name: 'b', prevId: '1', filters: ['skip-self'] },
  ])
  assert.equal(instruct.timeout, 5)
  assert.deepEqual(instruct.keepAlive, { content: Buffer.from([0, 255]), mode: 'interval', timeout: 1 })
  assert.deepEqual({ ...instruct.meta }, { user: 'json', room: '1' })
  assert.equal(instruct.nextLink?.uri, '/n')
  assert.deepEqual(instruct.response, { code: 404, reason: 'Not Found', headers: [['b', '2']], body: Buffer.alloc(0) })
})

test('what JSON leaves out is taken from the headers', () => {
  const headers: HeaderList = [
    ['Grip-Hold', 'stream'],
    ['Grip-Timeout', '20'],
    ['Grip-Keep-Alive', 'x'],
  ]
  const { hold, timeout, keepAlive } = parse({}, headers)
  assert.deepEqual([hold, timeout, keepAlive?.content.toString()], ['stream', 20, 'x'])
})

test('a code without a reason gets the standard phrase, and bytes win over text', () => {
  const { response } = parse({ response: { code: '202', body: 'x', 'body-bin': 'AP8=' } }, [
    ['Grip-Status', '500 Oops'],
  ])
  assert.deepEqual([response.code, response.reason, response.body], [202, 'Accepted', Buffer.from([0, 255])])
})

test('the response of 2012 calls the reason status', () => {
  const body = { response: { code: 200, status: 'Fine' } }
  assert.equal(parse(body, [], 'application/x-fo-instruct').response.reason, 'Fine')
  assert.equal(parse({ response: { ...body.response, reason: 'New' } }).response.reason, 'New')
})

test('an instruction in a response that is not a 200 is refused', () => {
  const headers: HeaderList = [['Content-Type', 'application/grip-instruct']]
  assert.throws(() => parseInstruct({ code: 201, reason: '', headers, body: Buffer.from('{}') }, options), {
    message: 'response code for application/grip-instruct content must be 200',
  })
})

const hold = (fields: object): object => ({ hold: { channels: [], ...fields } })
const channel = (fields: object): object => hold({ channels: [{ name: 'a', ...fields }] })
const response = (fields: object): object => ({ response: fields })

const refused: Array<[body: unknown, message: string]> = [
  ['{', 'failed to parse application/grip-instruct content as JSON'],
  [[], 'instruct must be an object'],
  [{ hold: 1 }, "instruct contains 'hold' with wrong type"],
  [{ response: 1 }, "instruct contains 'response' with wrong type"],
  [hold({ mode: 'x' }), "hold 'mode' must be set to either 'response' or 'stream'"],
  [{ hold: {} }, "hold does not contain 'channels'"],
  [hold({ channels: {} }), "hold contains 'channels' with wrong type"],
  [hold({ channels: ['a'] }), 'channel is not an object'],
  [hold({ channels: [{}] }), "channel does not contain 'name'"],
  [channel({ name: 1 }), "channel contains 'name' with wrong type"],
  [channel({ 'prev-id': 1 }), "channel contains 'prev-id' with wrong type"],
  [channel({ filters: 'a' }), "channel contains 'filters' with wrong type"],
  [channel({ filters: [1] }), 'filters contains value with wrong type'],
  [channel({ filters: ['1', '2', '3', '4', '5', '6'] }), "too many filters for channel 'a'"],
  [hold({ timeout: 'soon' }), "hold contains 'timeout' with wrong type"],
  [hold({ timeout: -1 }), "hold contains 'timeout' with invalid value"],
  [hold({ 'keep-alive': 1 }), "hold contains 'keep-alive' with wrong type"],
  [hold({ 'keep-alive': { content: 1 } }), "keep-alive contains 'content' with wrong type"],
  [hold({ 'keep-alive': { 'content-bin': 1 } }), "keep-alive contains 'content-bin' with wrong type"],
  [hold({ 'keep-alive': { content: '', timeout: [] } }), "keep-alive contains 'timeout' with wrong type"],
  [hold({ 'keep-alive': { content: '', timeout: -1 } }), "keep-alive contains 'timeout' with invalid value"],
  [hold({ meta: 1 }), "hold contains 'meta' with wrong type"],
  [hold({ meta: { k: 1 } }), "'meta' contains 'k' with wrong type"],
  [response({ code: [] }), "response contains 'code' with wrong type"],
  [response({ code: 1000 }), "response contains 'code' with invalid value"],
  [response({ reason: 1 }), "response contains 'reason' with wrong type"],
  [response({ reason: 'a\nb' }), "response contains 'reason' with invalid value"],
  [response({ status: 'a\nb' }), "response contains 'status' with invalid value"],
  [response({ headers: 1 }), "response contains 'headers' with wrong type"],
  [response({ headers: ['A'] }), 'headers contains element with wrong type'],
  [response({ headers: [['A']] }), 'headers contains list with wrong number of elements'],
  [response({ headers: [[1, 'b']] }), 'header contains name element with wrong type'],
  [response({ headers: [['A', 1]] }), 'header contains value element with wrong type'],
  [response({ headers: { A: 1 } }), "headers contains 'A' with wrong type"],
  [response({ headers: { A: 'b\r\nC: d' } }), "headers contains 'A' with invalid value"],
  [response({ headers: { 'A B': 'c' } }), 'headers contains element with invalid name'],
  [response({ body: 1 }), "response contains 'body' with wrong type"],
]

for (const [body, message] of refused) {
  test(`${JSON.stringify(body)} is refused`, () => {
    assert.throws(() => parse(body), { name: 'InstructError', message })
  })
}

test('arbitrary responses are read or refused, and nothing else happens', () => {
  const names = ['Hold', 'Channel', 'Timeout', 'Keep-Alive', 'Set-Meta', 'Status', 'Expose-Headers', 'Link']
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', ';', '=', ',', '<', '>', '1') }),
  )
  const headers = fc.array(fc.tuple(fc.constantFrom(...names.map((name) => `Grip-${name}`)), value))
  const field = fc.constantFrom('channels', 'timeout', 'meta', 'code', 'reason', 'headers', 'body', 'body-bin')
  const part = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()))
  const body = fc.oneof(fc.string(), fc.json(), fc.record({ hold: part, response: part }, { requiredKeys: [] }))
  fc.assert(
    fc.property(fc.oneof(headers, fc.constant([])), body, (headers, body) => {
      try {
        parse(body, headers)
      } catch (error) {
        assert.ok(error instanceof InstructError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})
