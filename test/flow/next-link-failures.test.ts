// GRIP 6.5: the backend cannot answer for the next part.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { chunk } from './items.ts'
import { answer, stream } from './origin-answer.ts'
import { bodySoFar, streamed } from './streamed.ts'

const NEXT = 'Grip-Link: </next>; rel=next'
const FAILED = answer([NEXT], 'not for the client', '503 Service Unavailable')

const { gateway, backend } = await startBoth({
  routes: ['debug.example,debug BACKEND'],
})

function asked(): string[][] {
  return backend.requests.map((request) => [targetOf(request.line), ...request.values('grip-last')])
}

test('the backend is asked again when it answers with an error', async () => {
  backend.script = byPath({
    '/': answer([NEXT], 'a'),
    '/next': [FAILED, answer([], 'not found', '404 Not Found'), answer([], 'b')],
  })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  assert.equal((await client.response()).body, 'ab')
  assert.deepEqual(asked(), [['/'], ['/next'], ['/next'], ['/next']])
  client.abort()
})

test('the backend is asked again when it closes the connection', async () => {
  backend.script = {
    whole(socket, { line }) {
      if (line.includes('/next') && backend.requests.length === 2) socket.destroy()
      else socket.write(line.includes('/next') ? answer([], 'b') : answer([NEXT], 'a'))
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  assert.equal((await client.response()).body, 'ab')
  client.abort()
})

test('a redirect is not followed but an error like others', async () => {
  backend.script = byPath({
    '/': answer([NEXT], 'a'),
    '/next': [answer(['Location: /elsewhere'], 'moved', '302 Found'), answer([], 'b')],
    '/elsewhere': answer([], 'x'),
  })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  assert.equal((await client.response()).body, 'ab')
  assert.deepEqual(asked(), [['/'], ['/next'], ['/next']])
  client.abort()
})

test('every status that means success will do', async () => {
  backend.script = byPath({
    '/': answer([NEXT], 'a'),
    '/next': answer(['Grip-Link: </last>; rel=next'], 'b', '206 Partial Content'),
    '/last': 'HTTP/1.1 204 No Content\r\n\r\n',
  })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  assert.equal((await client.response()).body, 'ab')
  client.abort()
})

test('while the backend fails, what is published waits, and follows when it works again', async () => {
  backend.script = byPath({
    '/': stream('waits; prev-id=1', [NEXT], '1,'),
    '/next': [FAILED, stream('waits; prev-id=3', [NEXT], '2,3,')],
  })
  const client = await holdOn(gateway, 'waits', get('/'))
  await gateway.publish([{ channel: 'waits', formats: { 'http-stream': { action: 'hint' } } }])
  await until(
    () => backend.requests.length === 2,
    () => JSON.stringify(asked()),
  )
  await gateway.publish([
    chunk('waits', '4,', { id: '4', 'prev-id': '3' }),
    chunk('waits', '5,', { id: '5', 'prev-id': '4' }),
  ])
  await streamed(client, '1,2,3,4,5,')
  assert.deepEqual(asked(), [['/'], ['/next', 'waits; last-id=1'], ['/next', 'waits; last-id=1']])
  client.abort()
})

test('a part that breaks off after it has begun ends the response, and is not asked for again', async () => {
  let part: Socket | undefined
  backend.script = {
    whole(socket, { line }) {
      if (line.includes('/next')) part = socket.on('error', () => {})
      socket.write(line.includes('/next') ? 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nb' : answer([NEXT], 'a'))
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  await streamed(client, 'ab')
  part?.destroy()
  // Whether the client is told that something is missing is not the question here.
  await until(
    () => client.ended || client.pending.endsWith('\r\n0\r\n\r\n'),
    () => `the end of ${JSON.stringify(client.pending)}`,
  )
  assert.equal(bodySoFar(client), 'ab')
  assert.deepEqual(asked(), [['/'], ['/next']])
  client.abort()
})

test('a client that leaves is not asked for any more', async () => {
  backend.script = byPath({ '/': answer([NEXT], 'a'), '/next': FAILED, '/other': answer([NEXT], 'a') })
  const leaving = await RawClient.connect(gateway.port)
  leaving.send(get('/'))
  await until(
    () => backend.requests.length === 2,
    () => JSON.stringify(asked()),
  )
  leaving.abort()
  // As many tries later as would have been made for the one that left.
  backend.script = byPath({
    '/other': answer(['Grip-Link: </own>; rel=next'], 'a'),
    '/own': [FAILED, FAILED, answer([], 'b')],
  })
  const other = await RawClient.connect(gateway.port)
  other.send(get('/other'))
  assert.equal((await other.response()).body, 'ab')
  assert.deepEqual(asked().slice(2), [['/other'], ['/own'], ['/own'], ['/own']])
  other.abort()
})
