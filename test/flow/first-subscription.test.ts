// GRIP 6.4: what publishers could not send yet while nobody was subscribed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, held, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({ config: { handler: { update_on_first_subscription: true } } })

function count(target: string): number {
  return backend.requests.filter(({ line }) => targetOf(line) === target).length
}

async function asked(target: string, times: number): Promise<void> {
  await until(
    () => count(target) >= times,
    () => `${times} requests for ${target}, not ${count(target)}:\n${gateway.log.toString()}`,
  )
}

test('the first long poll of a channel asks its backend once more soon after', async () => {
  backend.script = byPath({ '/poll': [longPoll('fresh; prev-id=1'), answer([], 'missed')] })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/poll'))
  assert.equal((await client.response()).body, 'missed')
  assert.deepEqual(backend.requests.at(-1)?.values('grip-last'), ['fresh; last-id=1'])
  client.abort()
})

test('later long polls of the channel do not', async () => {
  backend.script = byPath({ '/a': longPoll('known'), '/b': longPoll('other') })
  const first = await holdOn(gateway, 'known', get('/a'))
  await asked('/a', 2)
  await gateway.log.waitFor(/channel=known retry$/)
  const second = await holdOn(gateway, 'known', get('/a'), 2)
  assert.equal(count('/a'), 3)
  // Of this one's channel the gateway hears later, and asks for it again later.
  const third = await holdOn(gateway, 'other', get('/b'))
  await asked('/b', 2)
  assert.equal(count('/a'), 3)
  for (const client of [first, second, third]) client.abort()
})

test('all that are held by then ask again', async () => {
  backend.script = byPath({
    '/1': [longPoll('together'), answer([], 'one')],
    '/2': [longPoll('together'), answer([], 'two')],
  })
  const first = await holdOn(gateway, 'together', get('/1'))
  const second = await holdOn(gateway, 'together', get('/2'), 2)
  assert.equal((await first.response()).body, 'one')
  assert.equal((await second.response()).body, 'two')
  first.abort()
  second.abort()
})

test('a stream asks again through its next link, and a stream without one stays as it is', async () => {
  backend.script = byPath({
    '/with': stream('linked; prev-id=1', ['Grip-Link: </next>; rel=next'], 'first,'),
    '/next': stream('linked; prev-id=2', ['Grip-Link: </never>; rel=next'], 'second,'),
    '/without': stream('unlinked', [], 'first,'),
    '/later': longPoll('later'),
  })
  const without = await holdOn(gateway, 'unlinked', get('/without'))
  const linked = await holdOn(gateway, 'linked', get('/with'))
  await streamed(linked, 'first,second,')
  assert.deepEqual(backend.requests.find(({ line }) => targetOf(line) === '/next')?.values('grip-last'), [
    'linked; last-id=1',
  ])
  const later = await holdOn(gateway, 'later', get('/later'))
  await asked('/later', 2)
  await held(gateway, 'linked')
  await streamed(without, 'first,')
  await streamed(linked, 'first,second,')
  assert.deepEqual([count('/without'), count('/with'), count('/next')], [1, 1, 1])
  for (const client of [without, linked, later]) client.abort()
})
