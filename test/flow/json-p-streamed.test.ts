// GRIP 8.2: bodies that come bit by bit.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { PieceWriter } from '../support/piece-writer.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ condition: '*,aco' })

/** Makes the backend answer with these bytes and keep its connection; resolves with that when they are sent. */
function answerAndWait(bytes: string): Promise<Socket> {
  return new Promise((resolve) => {
    backend.script = {
      whole: (socket) => {
        socket.write(Buffer.from(bytes, 'latin1'))
        resolve(socket)
      },
    }
  })
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const START = '/**/cb({"code": 200, "reason": "OK", "headers": {}, "body": "'

test('a body without a length is passed on when it comes', async () => {
  const answering = answerAndWait(`${CHUNKED}2\r\n"\xc3\r\n`)
  const client = await RawClient.connect(gateway.port)
  client.send(get('/?callback=cb'))
  const first = await client.until(`${START}\\"`)
  assert.ok(first.endsWith(`\r\nTransfer-Encoding: chunked\r\n\r\n3f\r\n${START}\\"\r\n`), first)
  ;(await answering).write(Buffer.from('2\r\n\xa9\n\r\n0\r\n\r\n', 'latin1'))
  assert.equal((await client.response()).body, `${START}\\"\xc3\xa9\\n"});\n`)
  backend.answer(answer([], 'next'))
  client.send(get('/next'))
  assert.equal((await client.response()).body, 'next')
  client.abort()
})

test('HTTP/1.0 clients get a body without a length until the end of the connection', async () => {
  const answering = answerAndWait(`${CHUNKED}2\r\nab\r\n`)
  const client = await RawClient.connect(gateway.port)
  client.send(get('/?callback=cb', ['Connection: keep-alive'], '1.0'))
  await client.until(`${START}ab`)
  ;(await answering).write('0\r\n\r\n')
  assert.ok((await client.closed()).endsWith(`\r\n\r\n${START}ab"});\n`))
})

for (const [what, rest] of [
  ['a backend that fails', ''],
  ['a body that turns out not to be UTF-8', '1\r\n\xff\r\n0\r\n\r\n'],
] as const) {
  test(`${what} in the middle of a script cuts the connection`, async () => {
    const answering = answerAndWait(`${CHUNKED}2\r\nab\r\n`)
    const client = await RawClient.connect(gateway.port)
    client.send(get('/?callback=cb'))
    await client.until(`${START}ab`)
    ;(await answering).end(Buffer.from(rest, 'latin1'))
    assert.ok((await client.closed()).endsWith(`${START}ab\r\n`))
  })
}

test('the backend hears of a client that leaves in the middle', async () => {
  for (const bytes of [`${CHUNKED}2\r\nab\r\n`, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab']) {
    const answering = answerAndWait(bytes)
    const client = await RawClient.connect(gateway.port)
    client.send(get('/?callback=cb'))
    const socket = await answering
    client.abort()
    await until(() => socket.destroyed, "the end of the backend's connection")
  }
  backend.reset()
  assert.equal((await ask(gateway.port, get('/'))).code, 200)
})

test('a large body arrives whole, and a client that does not read stops the backend', async () => {
  const size = 40_000_000
  let writer: PieceWriter | undefined
  backend.script = {
    whole: (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      writer = new PieceWriter(socket, size)
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/?callback=cb'))
  await client.until('"body": "')
  client.socket.pause()
  let taken = -1
  let looks = 0
  await until(() => {
    looks = writer?.taken === taken ? looks + 1 : 0
    taken = writer?.taken ?? -1
    return looks > 60
  }, 'a standstill')
  assert.ok(taken < size / 2, `${taken} bytes were taken for a client that reads nothing`)
  let received = client.pending.length
  client.count((bytes) => (received += bytes))
  client.socket.resume()
  await until(
    () => received > size,
    () => `${received} bytes`,
  )
  await gateway.log.waitFor(/callback=cb .* code=200 400000[0-9]{2}$/)
  client.abort()
})

test('a body that does not come behind the request is not waited for', async () => {
  const answering = answerAndWait(`${CHUNKED}2\r\nab\r\n`)
  const client = await RawClient.connect(gateway.port)
  client.send(get('/?callback=cb&_method=POST&_body=good', ['Content-Length: 4']))
  await client.until(`${START}ab`)
  ;(await answering).write('0\r\n\r\n')
  assert.equal((await client.response()).body, `${START}ab"});\n`)
  assert.equal(await client.closed(), '')
})
