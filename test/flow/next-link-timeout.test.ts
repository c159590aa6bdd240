// GRIP 6.5: a quiet stream asks its backend whether it has missed anything.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { chunk } from './items.ts'
import { answer, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth()

function link(uri: string, timeout: number): string {
  return `Grip-Link: <${uri}>; rel=next; timeout=${timeout}`
}

function asked(): string[][] {
  return backend.requests.map((request) => [targetOf(request.line), ...request.values('grip-last')])
}

test('a stream to which nothing was sent for its timeout asks the backend, again and again', async () => {
  backend.script = byPath({
    '/': stream('quiet; prev-id=1', [link('/next', 1)], '1,'),
    '/next': [
      stream('quiet; prev-id=1', [link('/next', 1)]),
      stream('quiet; prev-id=2', [link('/next', 1)], '2,'),
      answer([], 'end'),
    ],
  })
  const client = await holdOn(gateway, 'quiet', get('/'))
  assert.equal((await client.response()).body, '1,2,end')
  assert.deepEqual(asked(), [
    ['/'],
    ['/next', 'quiet; last-id=1'],
    ['/next', 'quiet; last-id=1'],
    ['/next', 'quiet; last-id=2'],
  ])
  client.abort()
})

test('with a timeout of 0 it asks at once', async () => {
  backend.script = byPath({
    '/': stream('zero; prev-id=1', [link('/next', 0)], '1,'),
    '/next': stream('zero; prev-id=2', [], '2,').replace('; prev-id=2', ''),
  })
  const client = await holdOn(gateway, 'zero', get('/'))
  await streamed(client, '1,2,')
  await gateway.publish([chunk('zero', '3,')])
  await streamed(client, '1,2,3,')
  client.abort()
})

test('a stream asks through its latest link', async () => {
  backend.script = byPath({
    '/': stream('moves', [link('/a', 1)], '1,'),
    '/a': stream('moves', [link('/b?after=2', 1)], '2,'),
    '/b?after=2': answer([], '3,'),
  })
  const client = await holdOn(gateway, 'moves', get('/'))
  assert.equal((await client.response()).body, '1,2,3,')
  client.abort()
})
