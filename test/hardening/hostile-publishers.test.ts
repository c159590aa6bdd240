import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { Dealer, Publisher, Push } from 'zeromq'
import { startGateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { watchHarm } from '../support/unharmed.ts'

const gateway = await startGateway({ routes: ['* test'] })
after(() => gateway.stop())

const portOf = (spec: string): number => Number(spec.slice(spec.lastIndexOf(':') + 1))
const noise = (size: number): Buffer =>
  Buffer.concat(Array.from({ length: size / 32 }, (_, at) => createHash('sha256').update(`noise ${at}`).digest()))

/** RFC 23 of ZeroMQ: signature, version 3.0, mechanism NULL, no server. */
const GREETING = Buffer.concat([
  Buffer.from('ff00000000000000017f0300', 'hex'),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
])
const READY = Buffer.from('\x04\x19\x05READY\x0bSocket-Type\0\0\0\x04PUSH', 'latin1')
/** A long frame that says it has 2^62 bytes. Whoever believes that allocates them. */
const HUGE_FRAME = Buffer.from('024000000000000000', 'hex')

const rawBytes: [what: string, bytes: Buffer][] = [
  ['zeros', Buffer.alloc(10_000)],
  ['noise', noise(64_000)],
  ['a request of HTTP', Buffer.from('POST /publish/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}')],
  ['half a greeting', GREETING.subarray(0, 20)],
  ['a greeting and noise', Buffer.concat([GREETING, noise(6400)])],
  ['a frame before the handshake', Buffer.concat([GREETING, HUGE_FRAME, noise(6400)])],
  ['a frame of impossible size', Buffer.concat([GREETING, READY, HUGE_FRAME, noise(6400)])],
  ['frames with reserved flags', Buffer.concat([GREETING, READY, Buffer.from('ff00ff01ff02', 'hex'), noise(6400)])],
  ['a message that never ends', Buffer.concat([GREETING, READY, Buffer.from('01005a'.repeat(5000), 'hex')])],
]

for (const name of ['pullSpec', 'subSpec', 'commandSpec'] as const) {
  for (const [what, bytes] of rawBytes) {
    test(`${what} on the socket of ${name} harm no publisher`, async () => {
      const assertUnharmed = watchHarm(gateway)
      const client = await RawClient.connect(portOf(gateway[name]))
      client.send(bytes)
      client.finish()
      await assertPublishingWorks()
      client.abort()
      await assertUnharmed()
    })
  }
}

// Whoever reaches a socket with a well-behaved library can still send any content.
const frames: [what: string, parts: (string | Buffer)[]][] = [
  ['an empty message', ['']],
  ['a format letter only', ['J']],
  ['a tnetstring letter only', ['T']],
  ['JSON that is no object', ['J[]']],
  ['JSON that ends early', ['J{"channel":']],
  ['JSON nested deep', [`J${'['.repeat(100_000)}`]],
  ['a tnetstring nested deep', [`T${'1:'.repeat(100_000)}`]],
  ['a tnetstring with an impossible length', ['T99999999999999999999:x,']],
  ['a tnetstring longer than its message', ['T100:x,']],
  ['a tnetstring with a negative length', ['T-1:x,']],
  [
    'a prototype for a name',
    ['J{"channel":"c","formats":{"__proto__":{"http-stream":{}},"http-stream":{"content":1}}}'],
  ],
  ['a channel that is no text', ['J{"channel":{},"formats":{"http-stream":{"content":"x"}}}']],
  ['noise', [noise(6400)]],
  ['many parts', Array.from({ length: 1000 }, () => 'x')],
]

for (const [what, parts] of frames) {
  test(`${what} from a publisher is told in the log at most, and the next item arrives`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const push = new Push({ linger: 1000 })
    push.connect(gateway.pullSpec)
    await push.send(parts)
    const publisher = new Publisher({ linger: 0 })
    publisher.connect(gateway.subSpec)
    const command = new Dealer({ linger: 0 })
    command.connect(gateway.commandSpec)
    await command.send(['', ...parts])
    await publisher.send(parts)
    await assertPublishingWorks()
    for (const socket of [push, publisher, command]) socket.close()
    await assertUnharmed()
  })
}

const requests: [what: string, bytes: string | Buffer][] = [
  ['noise', noise(6400)],
  ['zeros', Buffer.alloc(10_000)],
  ['a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
  ['a header without end', `POST /publish/ HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(1_000_000)}`],
  ['a body larger than allowed', 'POST /publish/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n'],
  [
    'a body in chunks without end',
    'POST /publish/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n',
  ],
  ['length and chunks', 'POST /publish/ HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['JSON nested deep', post(`{"items":${'['.repeat(100_000)}`)],
  ['a prototype for a name', post('{"__proto__":{"items":[]},"constructor":{"prototype":{}}}')],
  ['items without end', post(`{"items":[${'{},'.repeat(100_000)}{}]}`)],
  ['bytes that are no UTF-8', post('{"items":[{"channel":"\xff\xfe"}]}')],
]

for (const [what, bytes] of requests) {
  test(`${what} on the publish port get an error at most, and the next item arrives`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const client = await RawClient.connect(gateway.publishPort)
    client.send(bytes)
    client.finish()
    const received = await client.closed()
    assert.ok(received === '' || /^HTTP\/1\.1 [45]\d\d /.test(received), received)
    await assertPublishingWorks()
    await assertUnharmed()
  })
}

function post(body: string): string {
  return `POST /publish/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

let lastMessage = 0

/** One client hears what is published over HTTP and over ZeroMQ. */
async function assertPublishingWorks(): Promise<void> {
  const client = await RawClient.connect(gateway.port)
  client.send('GET /stream?channel=works HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.until('[stream opened]\n')
  const content = `message ${++lastMessage}.`
  await gateway.publish([{ channel: 'works', formats: { 'http-stream': { content } } }])
  await client.until(content)
  const pushed = `message ${++lastMessage}.`
  const push = new Push({ linger: 1000 })
  push.connect(gateway.pullSpec)
  await push.send(`J${JSON.stringify({ channel: 'works', formats: { 'http-stream': { content: pushed } } })}`)
  await client.until(pushed)
  push.close()
  client.abort()
}
