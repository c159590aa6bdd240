import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { after, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { get, held } from './held.ts'
import { stream } from './origin-answer.ts'

const STREAMS = 1000
const MESSAGES = 1000
const BATCH = 50
const LIMIT = 60_000

const { gateway, backend } = await startBoth({ workers: 2 })

const sockets: Socket[] = []
after(() => {
  for (const socket of sockets) socket.destroy()
})

function message(index: number): string {
  return `${String(index).padStart(4, '0')};`
}

/** A stream's chunks come as they were sent, so what all of them make is known byte by byte. */
const EXPECTED = Buffer.from(Array.from({ length: MESSAGES }, (_, index) => `5\r\n${message(index)}\r\n`).join(''))

/** Reads a stream and compares it while it comes: keeping a thousand of them would be the slowest part of the test. */
class Reader {
  received = 0
  wrong = ''
  #head = ''

  take(bytes: Buffer): void {
    let rest = bytes
    if (!this.#head.endsWith('\r\n\r\n')) {
      const text = this.#head + bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      this.#head = end === -1 ? text : text.slice(0, end + 4)
      if (end === -1) return
      rest = bytes.subarray(bytes.length - (text.length - end - 4))
    }
    const expected = EXPECTED.subarray(this.received, this.received + rest.length)
    if (this.wrong === '' && !rest.equals(expected))
      this.wrong = `after ${this.received} bytes: ${rest.toString('latin1', 0, 100)}`
    this.received += rest.length
  }
}

async function open(): Promise<Reader> {
  const socket = connect(gateway.port, '127.0.0.1')
  sockets.push(socket)
  const reader = new Reader()
  socket.on('error', (error) => (reader.wrong ||= error.message))
  socket.on('close', () => (reader.wrong ||= `closed after ${reader.received} bytes`))
  await once(socket, 'connect')
  socket.on('data', (bytes: Buffer) => reader.take(bytes))
  socket.write(get('/'))
  return reader
}

test('a thousand streams of two workers get a thousand messages each: all, once and in order', async () => {
  backend.answer(stream('all'))
  const readers: Reader[] = []
  while (readers.length < STREAMS) readers.push(...(await Promise.all(Array.from({ length: 100 }, open))))
  await held(gateway, 'all', STREAMS)

  for (let start = 0; start < MESSAGES; start += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => ({
      channel: 'all',
      formats: { 'http-stream': { content: message(start + index) } },
    }))
    await gateway.publish(items)
  }
  const missing = (): number => readers.filter(({ received }) => received < EXPECTED.length).length
  await until(
    () => missing() === 0 || readers.some(({ wrong }) => wrong !== ''),
    () => `${missing()} streams have not got everything`,
    LIMIT,
  )
  assert.deepEqual(
    readers.filter(({ wrong }) => wrong !== '').map(({ wrong }) => wrong),
    [],
  )
  assert.deepEqual(readers.filter(({ received }) => received !== EXPECTED.length).length, 0)

  // Both workers had a part in it; else this has shown less than it says.
  await until(
    () => gateway.log.matching(/publish channel=all receivers=[1-9]\d*$/).length === 2 * MESSAGES,
    () => `a line of each worker for each message:\n${gateway.log.toString()}`,
  )
})
