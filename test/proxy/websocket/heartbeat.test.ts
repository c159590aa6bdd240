import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { PING } from '../../../proxy/websocket/frames/frame.ts'
import { Heartbeat, isHeartbeat } from '../../../proxy/websocket/heartbeat.ts'
import { mockClock } from '../hold/mock-clock.ts'
import type { Clock } from '../hold/mock-clock.ts'

const INTERVAL = 10_000
/** Longer than the interval by what the clock is coarse. */
const ROUND = INTERVAL + 200

class Client {
  heard = true
  isInFrame = false
  isPaused = false
  pings = 0
  isCut = false

  send(opcode: number, payload: Buffer): boolean {
    assert.equal(opcode, PING)
    assert.ok(isHeartbeat(payload))
    this.pings++
    return true
  }

  destroy(): void {
    this.isCut = true
  }
}

function watched(t: TestContext): { client: Client; clock: Clock; heartbeat: Heartbeat } {
  const clock = mockClock(t)
  const client = new Client()
  return { client, clock, heartbeat: new Heartbeat(client, new TimerWheel(), INTERVAL) }
}

test('a client that says something is not pinged', (t) => {
  const { client, clock } = watched(t)
  for (let rounds = 0; rounds < 5; rounds++) {
    client.heard = true
    clock.advance(ROUND)
  }
  assert.equal(client.pings, 0)
})

test('a silent client is pinged, and cut when it stays silent', (t) => {
  const { client, clock } = watched(t)
  clock.advance(2 * ROUND)
  assert.equal(client.pings, 1)
  assert.equal(client.isCut, false)
  clock.advance(ROUND)
  assert.equal(client.isCut, true)
})

test('a silent client that answers its pings stays', (t) => {
  const { client, clock } = watched(t)
  for (let pings = 0; pings < 5; pings++) {
    clock.advance(INTERVAL / 10)
    while (client.pings <= pings) clock.advance(INTERVAL / 10)
    client.heard = true
  }
  assert.equal(client.isCut, false)
})

test('one that is let go is not looked at again', (t) => {
  const { client, clock, heartbeat } = watched(t)
  heartbeat.stop()
  clock.advance(5 * ROUND)
  assert.equal(client.pings, 0)
  assert.equal(client.isCut, false)
})

test('no ping is sent in the middle of a long frame, which would break it, and nobody is cut for that', (t) => {
  const { client, clock } = watched(t)
  client.isInFrame = true
  clock.advance(10 * ROUND)
  assert.equal(client.pings, 0)
  client.isInFrame = false
  clock.advance(3 * ROUND)
  assert.equal(client.pings, 1)
  assert.equal(client.isCut, true)
})

test('a client that the gateway does not read, because its backend is slow, is not cut for its silence', (t) => {
  const { client, clock } = watched(t)
  client.isPaused = true
  clock.advance(10 * ROUND)
  assert.ok(client.pings > 5, 'it is still written to, so that the system finds out when it is gone')
  assert.equal(client.isCut, false)
})

test('when it is read again, it has the time of a new ping to answer', (t) => {
  const { client, clock } = watched(t)
  clock.advance(2 * ROUND)
  assert.equal(client.pings, 1)
  client.isPaused = true
  clock.advance(ROUND)
  client.isPaused = false
  clock.advance(ROUND)
  assert.equal(client.isCut, false)
  clock.advance(ROUND)
  assert.equal(client.isCut, true)
})
