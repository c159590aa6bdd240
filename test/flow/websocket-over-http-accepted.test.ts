import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { openOverHttp } from './open-over-http.ts'

const { gateway, backend } = await startBothForEvents()

test('content that the backend has not accepted comes again with what is said next', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('hello')
  const first = await backend.next()
  assert.equal(first.body, 'TEXT 5\r\nhello\r\n')
  assert.equal(first.value('content-bytes-replayed'), undefined)
  first.answer('TEXT 2\r\nok\r\n', ['Content-Bytes-Accepted: 0'])
  assert.equal(await client.next(), 'text ok')
  client.sendText('world')
  const second = await backend.next()
  assert.equal(second.body, 'TEXT 5\r\nhello\r\nTEXT 5\r\nworld\r\n')
  assert.equal(second.value('content-bytes-replayed'), '5')
  second.answer('TEXT 2\r\nok\r\n', ['Content-Bytes-Accepted: 5'])
  assert.equal(await client.next(), 'text ok')
  client.sendText('!')
  const third = await backend.next()
  assert.equal(third.body, 'TEXT 5\r\nworld\r\nTEXT 1\r\n!\r\n')
  assert.equal(third.value('content-bytes-replayed'), '5')
  third.answer('TEXT 2\r\nok\r\n', ['Content-Bytes-Accepted: 6'])
  assert.equal(await client.next(), 'text ok')
  client.sendText('end')
  const last = await backend.next()
  assert.equal(last.body, 'TEXT 3\r\nend\r\n')
  assert.equal(last.value('content-bytes-replayed'), undefined)
})

test('a backend that accepts more than it was offered: the client is cut', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('hello')
  ;(await backend.next()).answer('TEXT 2\r\nok\r\n', ['Content-Bytes-Accepted: 6'])
  assert.deepEqual(
    (await client.closed()).filter((frame) => frame !== 'text ok'),
    [],
  )
})
