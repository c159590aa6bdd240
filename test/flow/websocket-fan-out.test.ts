import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { commandLineOf } from '../support/process-tree.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { held } from './held.ts'

const CLIENTS = 1000
const MESSAGES = 1000
const BATCH = 50
const AT_ONCE = 50
const LIMIT = 60_000

const { gateway, backend } = await startBothForWebSockets({
  workers: 2,
  config: { proxy: { client_queue_max: 65_536 } },
})

const clients: WebSocketClient[] = []
after(() => {
  for (const client of clients) client.vanish()
})

/** What a client gets is known byte by byte; kept, it would be the slowest part of the test. */
class Reader {
  received = 0
  wrong = ''
  readonly #size: number

  constructor({ socket }: WebSocketClient, expected: Buffer) {
    this.#size = expected.length
    socket.removeAllListeners('data')
    socket.on('data', (bytes: Buffer) => {
      const wanted = expected.subarray(this.received, this.received + bytes.length)
      if (this.wrong === '' && !wanted.equals(bytes)) this.wrong = `${bytes.toString('latin1')} at ${this.received}`
      this.received += bytes.length
    })
  }

  get isDone(): boolean {
    return this.received >= this.#size
  }
}

async function open(count: number, channels: readonly string[]): Promise<WebSocketClient[]> {
  backend.accept([GRIP], (server) => {
    for (const channel of channels) server.control({ type: 'subscribe', channel })
  })
  const opened: WebSocketClient[] = []
  while (opened.length < count) {
    const some = Math.min(AT_ONCE, count - opened.length)
    opened.push(...(await Promise.all(Array.from({ length: some }, () => openWebSocket(gateway.port)))))
  }
  clients.push(...opened)
  for (const channel of channels) await held(gateway, channel, count)
  return opened
}

function numbers(from: string): string[] {
  return Array.from({ length: MESSAGES }, (_, index) => `${from}${String(index).padStart(4, '0')}`)
}

/** Unmasked text frames of short messages. */
function frames(messages: readonly string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => Buffer.from(`\x81${String.fromCodePoint(message.length)}${message}`, 'latin1')),
  )
}

async function publish(channel: string, messages: readonly string[]): Promise<void> {
  for (let start = 0; start < messages.length; start += BATCH) {
    const batch = messages.slice(start, start + BATCH)
    await gateway.publish(batch.map((content) => ({ channel, formats: { 'ws-message': { content } } })))
  }
}

async function allArrived(readers: readonly Reader[]): Promise<void> {
  await until(
    () => readers.every(({ isDone, wrong }) => isDone || wrong !== ''),
    () => `everything; ${readers.filter(({ isDone }) => isDone).length} of ${readers.length} have it`,
    LIMIT,
  )
  assert.deepEqual(
    readers.map(({ wrong }) => wrong).filter((wrong) => wrong !== ''),
    [],
  )
}

async function counted(name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  const { counts } = (await response.json()) as { counts: Readonly<Record<string, number>> }
  return counts[name] ?? 0
}

function killHandler(): void {
  const pid = gateway.pids().find((pid) => commandLineOf(pid).includes('handler/main.js'))
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGKILL')
}

test('a thousand WebSockets of two workers get a thousand messages each, before and after the handler is killed', async () => {
  const many = await open(CLIENTS, ['all'])
  const [before, afterwards] = [numbers('a'), numbers('b')]
  const readers = many.map((client) => new Reader(client, frames([...before, 'again', ...afterwards])))
  const half = frames(before).length
  await publish('all', before)
  await until(
    () => readers.every(({ received, wrong }) => received >= half || wrong !== ''),
    () => `the first half; ${readers.filter(({ received }) => received >= half).length} have it`,
    LIMIT,
  )
  killHandler()
  // Whatever is acknowledged has to arrive, from the first on.
  await until(
    () =>
      publish('all', ['again']).then(
        () => true,
        () => false,
      ),
    'a handler that takes messages',
  )
  await publish('all', afterwards)
  await allArrived(readers)
  assert.ok(many.every(({ ended }) => !ended))
})

test('one that stops reading is closed with 1013 and counted, and the others get every byte', async () => {
  const quick = await open(5, ['flood'])
  const [slow] = await open(1, ['flood', 'slow'])
  assert.ok(slow !== undefined)
  slow.socket.pause()
  const content = 'x'.repeat(500_000)
  const head = Buffer.of(0x81, 127, 0, 0, 0, 0, 0, 7, 0xa1, 0x20)
  const one = Buffer.concat([head, Buffer.from(content)])
  let published = 0
  const readers = quick.map((client) => new Reader(client, Buffer.concat(Array.from({ length: 100 }, () => one))))
  await until(
    async () => {
      published++
      await publish('flood', [content])
      // All others have it before the next is sent.
      await until(
        () => readers.every(({ received, wrong }) => received >= published * one.length || wrong !== ''),
        'a message',
      )
      return gateway.log.matching(/client too slow/).length > 0
    },
    () => `one to be closed after ${published} messages`,
    LIMIT,
  )
  assert.ok(readers.every(({ wrong, received }) => wrong === '' && received === published * one.length))
  slow.socket.resume()
  let frame = await slow.next()
  for (; frame === `text ${content}`; frame = await slow.next());
  assert.equal(frame, 'close 1013 too slow')
  slow.close(1013)
  assert.deepEqual(await slow.closed(), [])
  await until(async () => (await counted('slow_clients_cut')) === 1, 'the count in /health')
})
