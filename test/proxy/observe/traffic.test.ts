import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientFrames } from '../../../proxy/observe/client-frames.ts'
import { RouteStats } from '../../../proxy/observe/route-stats.ts'
import { Traffic } from '../../../proxy/observe/traffic.ts'

const NONE = [0, 0, 0, 0, 0, 0]

test("what passed before somebody reads is nobody's", () => {
  const traffic = new Traffic()
  traffic.client.frameSent(3, true)
  assert.equal(traffic.take(), undefined)
  traffic.watch(true)
  assert.equal(traffic.take(), undefined)
  traffic.client.frameSent(5, true)
  // A new handler asks again.
  traffic.watch(true)
  assert.deepEqual(traffic.take(), [0, 0, 0, 5, 0, 1, ...NONE])
  traffic.server.frameReceived(7, false)
  traffic.watch(false)
  assert.equal(traffic.take(), undefined)
  traffic.watch(true)
  assert.equal(traffic.take(), undefined)
})

test('heads count with their lines, spaces and line ends', () => {
  const traffic = new Traffic()
  traffic.watch(true)
  traffic.serverRequest('GET', '/a', ['Host', 'b', 'X', ''])
  traffic.serverResponse('OK', ['A', 'b'])
  const sent = 'GET /a HTTP/1.1\r\nHost: b\r\nX: \r\n\r\n'
  const received = 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n'
  assert.deepEqual(traffic.take(), [...NONE, received.length, sent.length, 0, 0, 0, 0])
})

test('a minute of a WebSocket in which something passes is activity, the first one aside', () => {
  const stats = new RouteStats(undefined)
  const frames = new ClientFrames(stats.traffic)
  const wait = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) stats.tick()
  }
  const activity = (): number => stats.take()?.activity ?? 0
  frames.frameReceived(1, true)
  wait(59)
  frames.frameSent(1, true)
  assert.equal(activity(), 0)
  wait(1)
  assert.equal(activity(), 0)
  frames.frameSent(1, true)
  frames.frameReceived(1, true)
  assert.equal(activity(), 1)
  // The minutes between were silent.
  wait(185)
  frames.frameReceived(1, true)
  assert.equal(activity(), 1)
  wait(54)
  frames.frameReceived(1, true)
  assert.equal(activity(), 0)
  wait(1)
  frames.frameReceived(1, true)
  assert.equal(activity(), 1)
})
