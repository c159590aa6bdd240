import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryOf } from '../support/process-tree.ts'
import { authorized, greeted, listener, startPusud } from '../support/pusud.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { PING } from '../support/websocket-frame.ts'
import type { FrameParts } from '../support/websocket-frame.ts'

const { gateway, port } = await startPusud(
  { authenticator: 'None' },
  { config: { proxy: { client_queue_max: 65_536 } } },
)

const LIMIT = 60_000

interface Health {
  readonly counts: Readonly<Record<string, number>>
}

async function counted(name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  return ((await response.json()) as Health).counts[name] ?? 0
}

test('twenty thousand publishes in a row are all delivered, in order, and the publisher stays connected', async () => {
  const client = await listener(port, 'row')
  const publisher = await authorized(port)
  let next = 0
  let wrong = 0
  client.tell(({ payload }) => {
    if (payload.toString() !== `{"type":"publish","channel":"row","content":${next++}}`) wrong++
  })
  const frames = Array.from({ length: 20_000 }, (_, n) =>
    publisher.bytesOf({ payload: `{"type":"publish","channel":"row","content":${n}}` }),
  )
  publisher.sendBytes(Buffer.concat(frames))
  await until(
    () => next >= 20_000,
    () => `${next} messages`,
    LIMIT,
  )
  assert.deepEqual([next, wrong], [20_000, 0])
  publisher.ping()
  assert.equal(await publisher.next(), 'pong')
  client.vanish()
  publisher.vanish()
})

test('a listener that stops reading is closed, and delays nobody', async () => {
  const slow = await listener(port, 'flood')
  slow.socket.pause()
  const fast = await listener(port, 'flood')
  const publisher = await authorized(port)
  const block = 'x'.repeat(100_000)
  await until(
    async () => {
      publisher.sendText(`{"type":"publish","channel":"flood","content":"${block}"}`)
      // Each message arrives before the next is sent, while the other client takes nothing.
      assert.equal((await fast.nextMessage()).payload.length, block.length + 49)
      return gateway.log.matching(/client too slow/).length > 0
    },
    'the slow listener to be cut',
    LIMIT,
  )
  const [line = ''] = gateway.log.matching(/client too slow/)
  assert.match(line, /^\[WARN\] .*\[proxy\] pusud 127\.0\.0\.1:\d+: client too slow, cut with \d+ bytes waiting$/)
  let last = ''
  slow.tell(({ opcode, payload }) => {
    last = opcode === 8 ? `${payload.readUInt16BE()} ${payload.toString('utf8', 2)}` : ''
  })
  slow.socket.resume()
  await until(() => last === '1013 too slow', 'the close')
  slow.close(1013)
  await slow.closed()
  // Workers report once a second.
  await until(async () => (await counted('pusud_cut')) === 1, 'the count in /health')
  assert.ok((await counted('pusud_published')) > 20_000)
  assert.ok((await counted('pusud_connections')) >= 3)
  for (const client of [fast, publisher]) client.vanish()
})

test('a message larger than a megabyte is refused', async () => {
  const client = await authorized(port)
  client.sendText(`{"type":"publish","channel":"a","content":"${'x'.repeat(1_000_000)}"}`)
  assert.equal(await client.next(), 'close 1009 a message is larger than 1000000 bytes')
  client.vanish()
})

test('a client may subscribe to a thousand channels, not more', async () => {
  const client = await authorized(port)
  const frames = Array.from({ length: 1000 }, (_, n) =>
    client.bytesOf({ payload: `{"type":"subscribe","channel":"many-${n}"}` }),
  )
  client.sendBytes(Buffer.concat(frames))
  for (let n = 0; n < 1000; n++) assert.equal(await client.next(), `text {"type":"subscribe_ok","channel":"many-${n}"}`)
  client.sendText('{"type":"subscribe","channel":"one more"}')
  assert.equal(await client.next(), 'text {"type":"permission_denied"}')
  assert.equal(await client.next(), 'close 1008 too many channels')
  client.vanish()
})

/** Sends the frame half a million times; resolves when all of it, or no more, is taken. */
async function flood(client: WebSocketClient, frame: FrameParts): Promise<void> {
  const piece = Buffer.concat(Array.from({ length: 5000 }, () => client.bytesOf(frame)))
  for (let n = 0; n < 100; n++) client.sendBytes(piece)
  let taken = -1
  let same = 0
  await until(
    () => {
      const now = client.socket.bytesWritten - client.socket.writableLength
      same = now === taken ? same + 1 : 0
      taken = now
      return same === 200 || client.socket.writableLength === 0
    },
    'an end of the flood',
    LIMIT,
  )
}

for (const payload of ['{"type":"authorize"}', '{"type":"subscribe","channel":"again"}']) {
  test(`a client that reads no answers to ${payload} is read no more, until it does`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const client = await listener(port, 'again')
    let answers = 0
    client.tell(() => answers++)
    client.socket.pause()
    await flood(client, { payload })
    assert.ok(client.socket.writableLength > 0)
    client.socket.resume()
    await until(
      () => answers === 500_000,
      () => `${answers} answers`,
      LIMIT,
    )
    await assertUnharmed()
    client.vanish()
  })
}

test('a client that reads no answers to its pings does not fill the memory', async () => {
  const assertUnharmed = watchHarm(gateway)
  const [worker = 0] = gateway.workerPids()
  const client = await listener(port, 'pings')
  client.socket.pause()
  const before = memoryOf(worker).now
  await flood(client, { opcode: PING, payload: 'x'.repeat(125) })
  assert.ok(memoryOf(worker).now - before < 50_000_000)
  await assertUnharmed()
  client.vanish()
})

/** Numbers below a limit, always the same ones. */
function randomly(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('garbage ends at most its own connection', async () => {
  const assertUnharmed = watchHarm(gateway)
  const bystander = await listener(port, 'calm')
  const random = randomly(1)
  const tokens = [
    '{',
    '}',
    '[',
    '"type"',
    ':',
    '"publish"',
    '"subscribe"',
    ',',
    '"channel"',
    '"x"',
    '\u0000',
    'é',
    '1e999',
  ]
  for (let n = 0; n < 200; n++) {
    const client = n % 2 === 0 ? await greeted(port) : await authorized(port)
    const text = Array.from({ length: random(20) }, () => tokens[random(tokens.length)]).join('')
    if (n % 4 < 2) client.sendText(text)
    else client.sendBytes(Buffer.from(Array.from({ length: 1 + random(50) }, () => random(256))))
    client.finish()
    await client.closed()
  }
  bystander.sendText('{"type":"publish","channel":"calm","content":1}')
  assert.equal(await bystander.next(), 'text {"type":"publish","channel":"calm","content":1}')
  bystander.vanish()
  await assertUnharmed()
})
