import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PING, TEXT } from '../../../proxy/websocket/frames/frame.ts'
import type { FrameHead } from '../../../proxy/websocket/frames/frame.ts'
import { until } from '../../support/until.ts'
import { BACKEND, CLIENT, ends } from './ends.ts'
import { RecordingOwner } from './recording-owner.ts'

const HEAD: FrameHead = { opcode: TEXT, fin: true, compressed: false, length: 10 }

for (const [who, rules] of [
  ['client', CLIENT],
  ['backend', BACKEND],
] as const) {
  /** Hostile: with two bytes of a message to come, the four of a close would end it, and the rest would be no frame. */
  test(`a ${who} that is closed in the middle of a frame gets no close frame into its payload`, async () => {
    const { peer, far } = ends(rules)
    const size = (rules.masked ? 2 : 6) + 8
    let bytes = 0
    far.socket.on('data', (piece: Buffer) => (bytes += piece.length))
    peer.beginFrame(HEAD)
    peer.writePiece(Buffer.from('12345678'))
    peer.close(3000, 'x')
    peer.writePiece(Buffer.from('90'))
    await until(() => far.ended, 'the end')
    assert.equal(bytes, size)
  })

  test(`a ${who} gets its close between two frames`, async () => {
    const { peer, far } = ends(rules)
    peer.beginFrame({ ...HEAD, fin: false })
    peer.writePiece(Buffer.from('12345678'))
    peer.writePiece(Buffer.from('90'))
    peer.close(3000, 'x')
    peer.send(PING, Buffer.of())
    assert.equal(await far.next(), 'text 1234567890+')
    assert.equal(await far.next(), 'close 3000 x')
    assert.deepEqual(far.waiting, [])
  })

  test(`a ${who} that breaks the protocol is told why and is over for its owner, once`, async () => {
    const { peer, far, socket } = ends(rules)
    const owner = new RecordingOwner()
    peer.owner = owner
    peer.start()
    far.sendFrame({ rsv: 1, payload: 'x' })
    assert.equal(await far.next(), 'close 1002 a reserved bit is set')
    far.sendText('nobody hears this')
    await until(() => far.ended, 'the end')
    socket.destroy()
    await far.closed()
    assert.deepEqual(owner.calls, ['closed'])
  })
}

test('it is known whether a frame is under way', () => {
  const { peer } = ends(CLIENT)
  assert.equal(peer.isInFrame, false)
  peer.beginFrame({ ...HEAD, length: 2 })
  assert.equal(peer.isInFrame, true)
  peer.writePiece(Buffer.from('1'))
  assert.equal(peer.isInFrame, true)
  peer.writePiece(Buffer.from('2'))
  assert.equal(peer.isInFrame, false)
  peer.beginFrame({ ...HEAD, length: 0 })
  assert.equal(peer.isInFrame, false)
})

test('as long as anybody has it paused, nothing is heard, and then everything', async () => {
  const { peer, far } = ends(CLIENT)
  const owner = new RecordingOwner()
  peer.owner = owner
  peer.pause()
  peer.pause()
  peer.start([far.bytesOf({ payload: 'early' })])
  far.sendText('late')
  peer.resume()
  assert.equal(peer.isPaused, true)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(owner.calls, [])
  peer.resume()
  await until(() => owner.calls.length === 6, 'both messages')
  assert.deepEqual(owner.calls, ['text 5', 'data early', 'end', 'text 4', 'data late', 'end'])
})

test('to be resumed when it has gone does no harm', async () => {
  const { peer, far } = ends(CLIENT)
  peer.owner = new RecordingOwner()
  peer.pause()
  peer.start([far.bytesOf({ payload: 'early' })])
  peer.destroy()
  await far.closed()
  peer.resume()
  peer.close(1000, '')
  assert.equal(peer.send(TEXT, Buffer.from('x')), true)
})

/** Hostile: one that goes on talking is never silent for as long as it may be. */
test('a peer that talks on instead of answering a close is cut all the same', async (t) => {
  const timers: { action: () => void; delay: number }[] = []
  t.mock.method(globalThis, 'setTimeout', (action: () => void, delay: number) => {
    timers.push({ action, delay })
    return { unref: () => 1 }
  })
  const { peer, far, socket } = ends(CLIENT)
  peer.start()
  peer.close(1000, '')
  peer.closeLate()
  t.mock.restoreAll()
  assert.deepEqual(
    timers.map(({ delay }) => delay),
    [60_000],
  )
  far.sendText('still here')
  assert.equal(socket.destroyed, false)
  timers[0]?.action()
  assert.equal(socket.destroyed, true)
  await far.closed()
})

test('an empty frame tells as well when a peer is full', () => {
  const { peer } = ends(CLIENT)
  const takes = Array.from({ length: 200_000 }, () => peer.beginFrame({ ...HEAD, length: 0 }))
  assert.equal(takes[0], true)
  assert.equal(takes.at(-1), false)
})
