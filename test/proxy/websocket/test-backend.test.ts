import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Socket } from 'node:net'
import { connectTestBackend, isTestWebSocket } from '../../../proxy/websocket/test-backend.ts'
import { until } from '../../support/until.ts'
import { MASK } from '../../support/websocket-client.ts'
import { CONTINUATION, PING } from '../../support/websocket-frame.ts'
import { WebSocketPeer } from '../../support/websocket-peer.ts'

function connected(target: string, grip: boolean): { peer: WebSocketPeer; socket: Socket } {
  const socket = connectTestBackend(target, grip, 10_000_000)
  const peer = new WebSocketPeer(socket, MASK)
  socket.on('data', (bytes: Buffer) => peer.read(bytes))
  return { peer, socket }
}

const paths: [target: string, pathBeg: string, is: boolean][] = [
  ['/ws', '', true],
  ['/ws/', '', true],
  ['/ws?channel=a', '', true],
  ['/out/ws', '/out', true],
  ['/', '', false],
  ['/wss', '', false],
  ['/ws', '/ws', false],
]

for (const [target, pathBeg, is] of paths) {
  test(`${target} below ${pathBeg || '/'} is ${is ? 'a' : 'no'} WebSocket`, () => {
    assert.equal(isTestWebSocket(target, pathBeg), is)
  })
}

test('it echoes every frame as it is', async () => {
  const { peer } = connected('/ws', false)
  peer.sendFrame({ fin: false, payload: 'a' })
  peer.ping('p')
  peer.sendFrame({ opcode: CONTINUATION, payload: 'b' })
  peer.sendText('')
  for (const frame of ['text a+', 'ping p', 'continuation b', 'text']) assert.equal(await peer.next(), frame)
})

test('with GRIP it subscribes to each channel once, and puts the prefix before messages, not before their fragments', async () => {
  const { peer } = connected('/ws?channel=a&channel=b&channel=a&channel=', true)
  assert.equal(await peer.next(), 'text c:{"channel":"a","type":"subscribe"}')
  assert.equal(await peer.next(), 'text c:{"channel":"b","type":"subscribe"}')
  peer.sendFrame({ fin: false, payload: 'x' })
  peer.sendFrame({ opcode: CONTINUATION, payload: 'y' })
  assert.equal(await peer.next(), 'text m:x+')
  assert.equal(await peer.next(), 'continuation y')
})

test('it echoes a close and ends', async () => {
  const { peer } = connected('/ws', false)
  peer.close(3000, 'bye')
  assert.equal(await peer.next(), 'close 3000 bye')
  await until(() => peer.ended, 'the end')
})

const floods: [what: string, frame: (peer: WebSocketPeer) => Buffer, pieces: number][] = [
  ['pings', (peer) => peer.bytesOf({ opcode: PING, payload: 'x'.repeat(100) }), 200],
  ['empty messages', (peer) => peer.bytesOf({ payload: '' }), 2000],
  ['messages', (peer) => peer.bytesOf({ payload: 'x'.repeat(1000) }), 200],
]

for (const [what, frame, pieces] of floods) {
  test(`a flood of ${what} that nobody reads is not echoed into memory, and goes on when somebody does`, async () => {
    const { peer, socket } = connected('/ws', false)
    socket.pause()
    const bytes = Buffer.concat(Array.from({ length: 100 }, () => frame(peer)))
    let taken = 0
    for (let at = 0; at < pieces; at++) socket.write(Buffer.from(bytes), () => taken++)
    let before = -1
    await until(() => {
      const isSame = before === taken
      before = taken
      return isSame
    }, 'an end of what is taken')
    assert.ok(taken < pieces, 'all of it was taken')
    let frames = 0
    peer.tell(() => frames++)
    socket.resume()
    await until(
      () => frames === pieces * 100,
      () => `${pieces * 100} frames; ${frames} came`,
    )
  })
}
