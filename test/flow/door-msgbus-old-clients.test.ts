import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startMsgbus } from '../support/msgbus.ts'

const { gateway, door } = await startMsgbus({ keys: { secret: 'pw', compat: 'strict' } })
after(() => gateway.stop())

const AUTHORIZATION = 'Authorization: Basic Ym9iOnB3' // bob:pw
const BODY = 'Content-Type: text/html\r\nContent-Length: 2\r\n\r\nhi'

test('what the C library sends, with every slash of its path encoded, again and again on one connection', async () => {
  const subscriber = await door.subscriber('/msgbus/flood', '1.0', [AUTHORIZATION])
  const publisher = await door.client('')
  for (let i = 0; i < 3; i++) {
    publisher.send(`POST %2Fmsgbus%2Fflood HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n${BODY}`)
    assert.equal((await publisher.response()).code, 204)
  }
  publisher.send(`POST /%2Fmsgbus%2Fflood HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Type: text/html\r\n`)
  publisher.send('Content-Length: 3\r\n\r\nend')
  assert.equal((await publisher.response()).code, 204)
  const part = 'From: bob\nContent-Type: text/html\nContent-Length: 2\n\nhi--00MsgBus00\n'
  assert.ok((await subscriber.until('end--00')).includes(`--00MsgBus00\n${part}${part}${part}From: bob`))
  publisher.abort()
  subscriber.abort()
})

test('credentials with a line feed behind them, wherever the header stands', async () => {
  const lines = ['Host: x', `${AUTHORIZATION}\n`, 'Accept-Encoding: identity', 'Connection: close']
  for (const order of [lines, lines.toReversed(), [lines[0], ...lines.slice(2), lines[1]]]) {
    const client = await door.client(`POST /msgbus/foo HTTP/1.1\r\n${order.join('\r\n')}\r\n${BODY}`)
    assert.match(await client.closed(), /^HTTP\/1\.1 204 OK\r\n/)
  }
})

test('other requests of this kind are not understood', async () => {
  for (const bytes of [
    `POST %2Fother HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n${BODY}`,
    `POST /msgbus/foo HTTP/1.1\r\nHost: x\nX: y\r\n${AUTHORIZATION}\r\n${BODY}`,
    `POST /msgbus/foo HTTP/1.1\r\nX: Basic a\n\r\nHost: x\r\n${AUTHORIZATION}\r\n${BODY}`,
    `POST /msgbus/foo HTTP/1.1\r\nHost: x\r\n\r\n${AUTHORIZATION}\n\r\n${BODY}`,
  ]) {
    const client = await door.client(bytes)
    const answer = await client.closed()
    assert.doesNotMatch(answer, / 204 /, bytes)
    assert.match(answer, /^HTTP\/1\.1 40[01] /, bytes)
  }
})

test('strict: chunks have no length, senderless messages pass every filter, and the root hears itself twice', async () => {
  const chunks = await door.subscriber('/msgbus/s', '1.1', [AUTHORIZATION])
  await door.publish('/msgbus/s', 'hello', ['Content-Type: text/plain', 'Authorization: Basic OnB3']) // :pw
  assert.ok((await chunks.until('hello--')).endsWith('\r\n2c\r\nContent-Type: text/plain\n\nhello--00MsgBus00\n\r\n'))
  chunks.abort()
  const root = await door.subscriber('/msgbus/', '1.0', [AUTHORIZATION])
  const filtered = await door.subscriber('/msgbus/f?sender=nobody', '1.0', [AUTHORIZATION])
  await gateway.publish([{ channel: 'f', formats: { 'http-stream': { content: 'anonymous' } } }])
  await filtered.until('anonymous--00MsgBus00\n')
  await root.until('anonymous--00MsgBus00\n')
  await gateway.publish([{ channel: '', formats: { 'http-stream': { content: 'twice' } } }])
  const rest = 'Content-Type: text/plain\nContent-Length: 5\n\ntwice--00MsgBus00\n'
  await root.until(`anonymous--00MsgBus00\nContent-Location: /msgbus/\n${rest}${rest}`)
  root.abort()
  filtered.abort()
})
