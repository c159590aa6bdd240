// GRIP 4.7, 6.4, 6.5: the backend is asked while a filter waits for its service.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { startBackend } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({ config: { handler: { update_on_first_subscription: false } } })
const service = await startBackend()
beforeEach(() => service.reset())
after(() => service.stop())

const PASSES = 'HTTP/1.1 204 No Content\r\n\r\n'
const META = `Grip-Set-Meta: url="http://127.0.0.1:${service.port}/"`
const LINK = 'Grip-Link: </next>; rel=next'

/** The connection on which the service is asked; it does not answer by itself. */
function question(): Promise<Socket> {
  return new Promise((resolve) => {
    service.script = { whole: (socket) => resolve(socket) }
  })
}

async function recover(): Promise<void> {
  await fetch(`http://127.0.0.1:${gateway.publishPort}/recover`, { method: 'POST' })
}

/** The connection on which the next link is fetched. */
function fetched(first: string): Promise<Socket> {
  return new Promise((resolve) => {
    backend.script = {
      whole: (socket, { line }) => (targetOf(line) === '/next' ? resolve(socket) : void socket.write(first)),
    }
  })
}

test('a long poll that is sent again while a filter waits does not claim the message that its client never got', async () => {
  backend.script = byPath({
    '/': [longPoll('polled; prev-id=1; filter=http-check', [META]), answer([], 'all since 1')],
  })
  const asked = question()
  const client = await holdOn(gateway, 'polled', get('/'))
  await gateway.publish([reply('polled', 'two', { id: '2', 'prev-id': '1' })])
  await asked
  await recover()
  assert.equal((await client.response()).body, 'all since 1')
  assert.deepEqual(backend.requests[1]?.values('grip-last'), ['polled; last-id=1'])
  client.abort()
})

test('a message whose filter is asked does not break into what the backend is telling, and is not sent twice', async () => {
  const next = fetched(stream('told; prev-id=1; filter=http-check', [META, LINK], '1,'))
  const asked = question()
  const client = await holdOn(gateway, 'told', get('/'))
  await gateway.publish([chunk('told', '2,', { id: '2', 'prev-id': '1' })])
  const service = await asked
  await recover()
  const backendSocket = await next
  assert.deepEqual(backend.requests[1]?.values('grip-last'), ['told; last-id=1'])
  const whole = stream('told; prev-id=2', [LINK], '(2,)')
  backendSocket.write(whole.slice(0, -2))
  await client.until('(2')
  service.write(PASSES)
  await gateway.publish([chunk('told', '3,', { id: '3', 'prev-id': '2' })])
  await gateway.log.waitFor(/publish channel=told receivers=1$/)
  backendSocket.write(whole.slice(-2))
  await streamed(client, '1,(2,)3,')
  client.abort()
})

test('without order it follows what the backend has told', async () => {
  const next = fetched(stream('loose; filter=http-check', [META, LINK], '1,'))
  const asked = question()
  const client = await holdOn(gateway, 'loose', get('/'))
  await gateway.publish([chunk('loose', '2,')])
  const service = await asked
  await recover()
  const backendSocket = await next
  const whole = stream('loose', [LINK], '(told)')
  backendSocket.write(whole.slice(0, -2))
  await client.until('(tol')
  service.write(PASSES)
  await until(() => service.bytesWritten > 0, 'the answer to be written')
  backendSocket.write(whole.slice(-2))
  await streamed(client, '1,(told)2,')
  client.abort()
})
