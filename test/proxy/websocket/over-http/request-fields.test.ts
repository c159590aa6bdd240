import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestFields, requestFields } from '../../../../proxy/websocket/over-http/request-fields.ts'

function fieldsFor(handshake: string[], others: Partial<RequestFields> = {}): string[] {
  return requestFields({
    handshake,
    connectionId: 'c-1',
    gripSig: undefined,
    meta: [],
    bytesReplayed: 0,
    ...others,
  })
}

const always = [
  ['Accept', 'application/websocket-events'],
  ['Connection-Id', 'c-1'],
  ['Content-Type', 'application/websocket-events'],
].flat()

test("a backend sees the client's handshake in every request", () => {
  const handshake = [
    ['Host', 'example.com'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Extensions', 'grip'],
    ['Sec-WebSocket-Protocol', 'chat'],
    ['Cookie', 'a=1'],
    ['cookie', 'b=2'],
    ['Grip-Sig', 'old'],
  ].flat()
  assert.deepEqual(fieldsFor(handshake), [...handshake, ...always])
})

for (const name of [
  'Upgrade',
  'Connection',
  'Accept',
  'Connection-Id',
  'Connection_Id',
  'Content-Length',
  'Content-Type',
  'Content-Bytes-Replayed',
  'content_bytes_replayed',
  'Meta-User',
  'META-',
  'meta_user',
]) {
  test(`a client cannot send a backend a ${name} of its own`, () => {
    assert.deepEqual(fieldsFor(['X-First', '1', name, 'forged', 'X-Last', '2']), [
      'X-First',
      '1',
      'X-Last',
      '2',
      ...always,
    ])
  })
}

test('names that only begin alike are passed on', () => {
  const handshake = ['Accept-Language', 'de', 'Metadata', '1', 'X-Meta-User', '2']
  assert.deepEqual(fieldsFor(handshake), [...handshake, ...always])
})

test('every request is signed anew', () => {
  const handshake = ['Grip-Sig', 'old', 'Grip-Feature', 'status', 'grip-sig', 'older']
  assert.deepEqual(fieldsFor(handshake, { gripSig: 'new' }), ['Grip-Feature', 'status', 'Grip-Sig', 'new', ...always])
})

test('a backend gets back what it stored, and is told what it has seen before', () => {
  const meta = new Map([
    ['User', 'bob'],
    ['room', '1'],
  ])
  assert.deepEqual(fieldsFor([], { meta, bytesReplayed: 12 }), [
    ...always,
    'Content-Bytes-Replayed',
    '12',
    'Meta-User',
    'bob',
    'Meta-room',
    '1',
  ])
})

test('the handshake stays as it was', () => {
  const handshake = ['Upgrade', 'websocket', 'Grip-Sig', 'old']
  fieldsFor(handshake, { gripSig: 'new' })
  assert.deepEqual(handshake, ['Upgrade', 'websocket', 'Grip-Sig', 'old'])
})
