import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { FrameSocket } from '../../../shared/link/frame-socket.ts'
import { until } from '../../support/until.ts'

const directory = mkdtempSync(join(tmpdir(), 'link-'))
after(() => rmSync(directory, { recursive: true }))

let sockets = 0

/** A connection, and what its other end has got. */
async function connected(
  t: TestContext,
): Promise<{ socket: FrameSocket; other: Socket; reads: Buffer[]; log: string[] }> {
  const reads: Buffer[] = []
  const log: string[] = []
  let other: Socket | undefined
  const path = join(directory, String(++sockets))
  const server = createServer((accepted) => {
    other = accepted
    accepted.on('data', (bytes) => void reads.push(bytes))
  }).listen(path)
  t.after(() => server.close())
  const socket = new FrameSocket(connect(path), {
    frame: (frame) => void log.push(frame.toString()),
    closed: () => void log.push('closed'),
  })
  t.after(() => socket.close())
  await until(() => other !== undefined, 'a connection')
  return { socket, other: other as unknown as Socket, reads, log }
}

test('what one turn of the event loop sends leaves in one write, in its order', async (t) => {
  const { socket, reads } = await connected(t)
  for (const text of ['one', 'two', 'three']) socket.send(Buffer.from(text))
  await until(() => reads.length > 0, 'bytes')
  assert.deepEqual(reads.map(String), ['\0\0\0\x03one\0\0\0\x03two\0\0\0\x05three'])
})

test('frames are heard as they come, and the end once', async (t) => {
  const { socket, other, log } = await connected(t)
  other.end('\0\0\0\x03one\0\0\0\x03two')
  await until(() => log.includes('closed'), 'the end')
  socket.close()
  assert.deepEqual(log, ['one', 'two', 'closed'])
})

test('what is sent to a connection that is gone goes nowhere', async (t) => {
  const { socket, other, log } = await connected(t)
  other.destroy()
  await until(() => log.includes('closed'), 'the end')
  socket.send(Buffer.from('late'))
  await new Promise(setImmediate)
  assert.deepEqual(log, ['closed'])
})

test('a connection that cannot be made ends like any other', async () => {
  let closed = false
  const socket = new FrameSocket(connect(join(directory, 'nobody')), { frame() {}, closed: () => (closed = true) })
  socket.send(Buffer.from('for nobody'))
  await until(() => closed, 'the end')
})
