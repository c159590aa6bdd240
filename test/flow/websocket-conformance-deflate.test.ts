import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { startGateway } from '../support/gateway.ts'
import { within } from '../support/until.ts'
import { startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { BINARY, TEXT } from '../support/websocket-frame.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { binary, fragments, text } from './websocket-cases/case.ts'
import { data, offers, sizes, slice } from './websocket-cases/deflate-cases.ts'
import type { Data } from './websocket-cases/deflate-cases.ts'
import { echoWithGrip } from './websocket-cases/echo-backend.ts'
import { echoOverHttp } from './websocket-cases/echo-over-http.ts'

const COUNT = 10
/** What of the sizes is tried with each offer. */
const FEW = [1, 5, 9, 17]
const [defaultOffer] = offers

const backend = await startWebSocketBackend()
const httpBackend = await startWebSocketOverHttpBackend()
const mistakes = echoWithGrip(backend)
echoOverHttp(httpBackend)
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${backend.port}`, `*,path_beg=/http 127.0.0.1:${httpBackend.port},over_http`],
  config: { runner: { allow_compression: true } },
})
after(async () => {
  await gateway.stop()
  await backend.stop()
  await httpBackend.stop()
})

for (const [path, where] of [
  ['/', 'before a backend with GRIP'],
  ['/http', 'over HTTP'],
] as const) {
  describe(`compressed messages come back, as Autobahn expects of a server, ${where}`, { concurrency: 4 }, () => {
    for (const set of data) {
      for (const [at, [size, frame]] of sizes.entries()) {
        test(`${set.number}.${at + 1}`, () =>
          echoAll(path, defaultOffer?.header ?? '', defaultOffer?.accepted, set, size, frame))
      }
    }
    for (const { number, header, accepted } of offers) {
      for (const at of FEW) {
        const [size, frame] = sizes[at - 1] ?? [0, 0]
        const [set] = data
        if (set !== undefined) test(`${number}.${at}`, () => echoAll(path, header, accepted, set, size, frame))
      }
    }
  })
}

test('the ws library, which compresses every message, gets them back', async () => {
  for (const path of ['/', '/http']) {
    const perMessageDeflate = { threshold: 0 }
    const webSocket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, { perMessageDeflate })
    await within(once(webSocket, 'open'), 'an open WebSocket')
    assert.match(webSocket.extensions, /^permessage-deflate/)
    for (const message of ['', 'grüße '.repeat(100), 'x'.repeat(100_000)]) {
      const answer = once(webSocket, 'message')
      webSocket.send(message.slice(0, 10), { fin: false })
      webSocket.send(message.slice(10))
      const [came] = (await within(answer, 'an echo')) as [Buffer]
      assert.equal(came.toString(), message)
    }
    webSocket.terminate()
  }
})

async function echoAll(
  path: string,
  offer: string,
  accepted: string | undefined,
  set: Data,
  size: number,
  frame: number,
): Promise<void> {
  const client = await openWebSocket(gateway.port, path, { headers: [`Sec-WebSocket-Extensions: ${offer}`] })
  assert.deepEqual(client.response.values('sec-websocket-extensions'), accepted === undefined ? [] : [accepted])
  for (let index = 0; index < COUNT; index++) {
    const message = slice(set, size, index)
    send(client, message, set.binary, frame, accepted !== undefined)
    const came = await receive(client)
    assert.equal(came.opcode, set.binary ? BINARY : TEXT)
    assert.ok(came.payload.equals(message))
    assert.ok(accepted !== undefined || !came.compressed)
  }
  client.close(1000)
  assert.equal(await client.next(), 'close 1000')
  assert.deepEqual(await client.closed(), [])
  assert.deepEqual(mistakes, [])
}

function send(client: WebSocketClient, message: Buffer, isBinary: boolean, frame: number, compresses: boolean): void {
  const payload = compresses ? deflate(message) : message
  const opcode = isBinary ? BINARY : TEXT
  const frames = frame === 0 ? [isBinary ? binary(payload) : text(payload)] : fragments(opcode, payload, frame)
  // The bit that marks a message as compressed is in its first frame only.
  if (compresses && frames[0] !== undefined) frames[0][0] = (frames[0][0] ?? 0) | 0x40
  client.sendBytes(Buffer.concat(frames))
}

async function receive(client: WebSocketClient): Promise<{ opcode: number; payload: Buffer; compressed: boolean }> {
  const head = await client.nextFrame()
  const pieces = [head.payload]
  for (let { fin } = head; !fin;) {
    const more = await client.nextFrame()
    assert.deepEqual([more.opcode, more.rsv], [0, 0])
    pieces.push(more.payload)
    ;({ fin } = more)
  }
  const payload = Buffer.concat(pieces)
  const compressed = head.rsv === 4
  return { opcode: head.opcode, payload: compressed ? inflate(payload) : payload, compressed }
}

/** RFC 7692 7.2.1: without the end of its flush. */
function deflate(message: Buffer): Buffer {
  return deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

function inflate(payload: Buffer): Buffer {
  return inflateRawSync(Buffer.concat([payload, Buffer.of(0, 0, 255, 255)]), { finishFlush: constants.Z_SYNC_FLUSH })
}
