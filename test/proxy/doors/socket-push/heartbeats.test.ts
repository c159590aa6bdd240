import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Heartbeats } from '../../../../proxy/doors/socket-push/socket-io/heartbeats.ts'
import type { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'

/** A wheel that says what was asked of it; `fire` ends the last wait. */
function start() {
  const waits: number[] = []
  let last: (() => void) | undefined
  const wheel = {
    after(milliseconds: number, action: () => void) {
      waits.push(milliseconds)
      last = action
      return { cancel() {} }
    },
  } as unknown as TimerWheel
  const sent: string[] = []
  const client = { write: (units: string) => void sent.push(units), lost: () => void sent.push('lost') }
  return { heartbeats: new Heartbeats(client, wheel), waits, sent, fire: () => last?.() }
}

test('a heartbeat is sent after ten seconds, and its echo is waited for eight', () => {
  const { heartbeats, waits, sent, fire } = start()
  fire()
  assert.deepEqual(sent, ['~m~4~m~~h~1'])
  heartbeats.echoed('1')
  fire()
  fire()
  assert.deepEqual(sent, ['~m~4~m~~h~1', '~m~4~m~~h~2', 'lost'])
  assert.deepEqual(waits, [10_000, 8000, 10_000, 8000])
})

test('echoes that nobody waits for set no timers, however many come', () => {
  const { heartbeats, waits, fire } = start()
  for (let i = 0; i < 1000; i++) heartbeats.echoed('0')
  assert.deepEqual(waits, [10_000])
  fire()
  for (let i = 0; i < 1000; i++) heartbeats.echoed('1')
  assert.deepEqual(waits, [10_000, 8000, 10_000])
  heartbeats.stop()
  heartbeats.echoed('1')
  assert.equal(waits.length, 3)
})
