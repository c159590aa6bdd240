// GRIP 3.10: the state service hears what was delivered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ condition: '*,session,prefix=p-' })

const DETECT = 'Grip-Session-Detect: path-prefix=/poll; sid-ptr=/sid'

const poll = (sid: string): string => {
  const body = JSON.stringify({ sid })
  return `POST /poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** What the backend is told that the session has seen. */
async function seen(sid: string): Promise<string[]> {
  backend.reset()
  backend.answer(answer([]))
  await ask(gateway.port, poll(sid))
  const request = await backend.next()
  assert.deepEqual(request.values('grip-session-id'), [sid])
  return request.values('grip-last').toSorted()
}

function item(channel: string, id: string, formats: object): object {
  return { channel: `p-${channel}`, id, formats }
}

test('after the answer to a long poll the next one tells its id', async () => {
  backend.answer(longPoll('a', ['Grip-Session-Id: s1', DETECT]))
  const client = await holdOn(gateway, 'p-a', poll('s1'))
  // Only the first of two that come together is the answer.
  const format = { 'http-response': { body: 'x' } }
  await gateway.publish([item('a', '1', format), item('a', '2', format)])
  assert.equal((await client.response()).body, 'x')
  assert.deepEqual(await seen('s1'), ['a; last-id=1'])
  client.abort()
})

test('what a stream is sent is known of its session, the last of each channel', async () => {
  backend.answer(stream('b, c', ['Grip-Session-Id: s2', DETECT, 'Grip-Last: c; last-id=0']))
  const client = await holdOn(gateway, 'p-b')
  const format = { 'http-stream': { content: 'x' } }
  await gateway.publish([item('b', '1', format), item('b', '2', format), item('c', '1', format)])
  await gateway.publish([{ channel: 'p-b', formats: { 'http-stream': { content: 'end' } } }])
  await client.until('end')
  assert.deepEqual(await seen('s2'), ['b; last-id=2', 'c; last-id=1'])
  client.abort()
})

test('what a session was not held on is not known of it', async () => {
  backend.answer(stream('d', ['Grip-Session-Id: s3', DETECT]))
  const client = await holdOn(gateway, 'p-d')
  backend.answer(stream('d'))
  const other = await holdOn(gateway, 'p-d', undefined, 2)
  await gateway.publish([item('other', '1', { 'http-stream': { content: 'x' } })])
  await gateway.publish([item('d', '5', { 'http-stream': { content: 'end' } })])
  await client.until('end')
  await other.until('end')
  assert.deepEqual(await seen('s3'), ['d; last-id=5'])
  client.abort()
  other.abort()
})

test('an id that cannot be in a header is not told', async () => {
  backend.answer(stream('e', ['Grip-Session-Id: s4', DETECT]))
  const client = await holdOn(gateway, 'p-e')
  await gateway.publish([item('e', '1', { 'http-stream': { content: 'x' } })])
  await gateway.publish([item('e', '2\r\nX-Forged: 1', { 'http-stream': { content: 'end' } })])
  await client.until('end')
  assert.deepEqual(await seen('s4'), ['e; last-id=1'])
  client.abort()
})

test('a request that is sent again after a hint tells what its session has seen meanwhile', async () => {
  backend.answer(longPoll('f', ['Grip-Session-Id: s5', DETECT, 'Grip-Last: f; last-id=1']))
  const waiting = await holdOn(gateway, 'p-f')
  backend.answer(stream('f', ['Grip-Session-Id: s5']))
  const streaming = await holdOn(gateway, 'p-f', undefined, 2)
  await gateway.publish([item('f', '2', { 'http-stream': { content: 'x' } })])
  await streaming.until('x')
  backend.reset()
  backend.answer(answer([], 'again'))
  await gateway.publish([{ channel: 'p-f', formats: { 'http-response': { action: 'hint' } } }])
  assert.equal((await waiting.response()).body, 'again')
  const request = await backend.next()
  assert.deepEqual(request.values('grip-session-id'), ['s5'])
  assert.deepEqual(request.values('grip-last'), ['f; last-id=2'])
  streaming.abort()
  waiting.abort()
})

test('a handler that was restarted has forgotten sessions, until the backend names them again', async () => {
  const named = answer(['Grip-Session-Id: s6', DETECT, 'Grip-Last: g; last-id=1'])
  backend.answer(named)
  await ask(gateway.port, get('/'))
  assert.deepEqual(await seen('s6'), ['g; last-id=1'])
  const workers = gateway.workerPids()
  const handler = gateway.pids().find((pid) => !workers.includes(pid))
  process.kill(handler ?? 0, 'SIGKILL')
  backend.reset()
  backend.answer(answer([]))
  assert.equal((await ask(gateway.port, poll('s6'))).code, 200)
  assert.deepEqual((await backend.next()).values('grip-session-id'), [])
  await until(
    async () => {
      backend.reset()
      backend.answer(named)
      await ask(gateway.port, get('/'))
      await ask(gateway.port, poll('s6'))
      await backend.next()
      return (await backend.next()).values('grip-last').join() === 'g; last-id=1'
    },
    () => `the session, named again:\n${gateway.log.toString()}`,
  )
})
