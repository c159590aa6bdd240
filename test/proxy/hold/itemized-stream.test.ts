import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ItemizedStream } from '../../../proxy/hold/itemized-stream.ts'
import type { ItemizedStreamContext } from '../../../proxy/hold/itemized-stream.ts'
import { TimeoutRounds } from '../../../proxy/hold/links/timeout-rounds.ts'
import { UpdateQueue } from '../../../proxy/hold/links/update-queue.ts'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { parseInstruct } from '../../../shared/grip/instruct/parse-instruct.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { GET, clientExchange } from '../accept/client-request.ts'
import { mockClock } from './mock-clock.ts'

interface Opened {
  readonly hold: ItemizedStream
  readonly client: RawClient
  readonly told: string[]
}

async function opened(t: TestContext, queueMax: number): Promise<Opened> {
  const { exchange, client } = await clientExchange(GET)
  mockClock(t)
  const wheel = new TimerWheel()
  const told: string[] = []
  const instruct = parseInstruct(
    {
      code: 200,
      reason: 'OK',
      headers: [
        ['Grip-Hold', 'stream'],
        ['Grip-Link', '</next>; rel=next'],
      ],
      body: Buffer.alloc(0),
    },
    { legacyTypes: false },
  )
  const context = {
    queueMax,
    wheel,
    subscriptions: new Subscriptions(wheel, 10_000),
    updates: new UpdateQueue(wheel),
    rounds: new TimeoutRounds(wheel),
    ended: () => void told.push('ended'),
    tooSlow: () => void told.push('too slow'),
  }
  const hold = new ItemizedStream(exchange, instruct, new Map(), context as unknown as ItemizedStreamContext)
  hold.open(instruct.response)
  hold.begin(instruct)
  return { hold, client, told }
}

test('a client that takes nothing of what is fetched for many is cut, and its memory is free', async (t) => {
  const { hold, client, told } = await opened(t, 1_000_000)
  client.socket.pause()
  const body = Buffer.alloc(100_000)
  for (let fetched = 0; fetched < 1000 && hold.isOpen; fetched++) hold.content(body)
  assert.deepEqual(told, ['ended', 'too slow'])
  client.abort()
})

test('what is fetched for one only waits for its client', async (t) => {
  const { hold, client, told } = await opened(t, 1000)
  client.socket.pause()
  let isDrained = false
  const body = Buffer.alloc(100_000)
  while (hold.content(body, () => (isDrained = true)));
  assert.equal(isDrained, false)
  assert.deepEqual(told, [])
  client.abort()
})
