// GRIP 3.11: conditions are the backend's to judge.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth()
const CONDITION = ['If-None-Match: "1"', 'If-Modified-Since: Sat, 21 Nov 2026 08:00:00 GMT']

test('they reach it, and its 304 the client', async () => {
  backend.answer('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
  const response = await ask(gateway.port, get('/conditional', CONDITION))
  assert.deepEqual(shown(response), ['HTTP/1.1 304 Not Modified', 'ETag: "1"', '', ''])
  for (const line of CONDITION) assert.ok(backend.requests[0]?.bytes.includes(`\r\n${line}\r\n`), line)
})

test('a 304 can be what a hold times out with', async () => {
  backend.answer(
    'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nGrip-Hold: response\r\nGrip-Channel: cond\r\nGrip-Timeout: 1\r\n\r\n',
  )
  const client = await holdOn(gateway, 'cond', get('/conditional', CONDITION))
  assert.deepEqual(shown(await client.response()), ['HTTP/1.1 304 Not Modified', 'ETag: "1"', '', ''])
  client.abort()
})
