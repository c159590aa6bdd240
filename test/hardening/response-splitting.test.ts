import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import type { RawResponse } from '../support/raw-client.ts'
import { watchHarm } from '../support/unharmed.ts'

const { gateway, backend } = await startBoth({ routes: ['test.example test'] })

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const SPLIT = 'x\r\nInjected: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'

// What a publisher or a backend says in JSON has not been through a parser of HTTP. Written as it is, it could end the header.
const contents: [what: string, response: object][] = [
  ['a header value with line ends', { headers: { 'X-A': SPLIT }, body: 'x' }],
  ['a header name with line ends', { headers: { [SPLIT]: '1' }, body: 'x' }],
  ['a header name that is empty', { headers: { '': '1' }, body: 'x' }],
  ['a header name with a space', { headers: [['X A', '1']], body: 'x' }],
  ['a header value beyond latin1', { headers: { 'X-A': '\u{1f600}' }, body: 'x' }],
  ['a reason with line ends', { reason: SPLIT, body: 'x' }],
  ['a reason beyond latin1', { reason: '\u{1f600}', body: 'x' }],
  ['the code 0', { code: 0, body: 'x' }],
  ['the code 100', { code: 100, body: 'x' }],
  ['the code 101', { code: 101, body: 'x' }],
  ['the code 204 and a body', { code: 204, body: 'x' }],
  ['the code 304 and a body', { code: 304, body: 'x' }],
  ['the code 999', { code: 999, body: 'x' }],
  ['a length that is not its own', { headers: { 'Content-Length': '1000' }, body: 'x' }],
  [
    'two lengths',
    {
      headers: [
        ['Content-Length', '0'],
        ['content-length', '2'],
      ],
      body: 'x',
    },
  ],
  ['a framing that is not its own', { headers: { 'Transfer-Encoding': 'chunked' }, body: '0\r\n\r\nforged' }],
  ['trailers that do not come', { headers: { Trailer: 'X-A' }, body: 'x' }],
  ['hop-by-hop headers', { headers: { Connection: 'close, X-A', Upgrade: 'h2c' }, body: 'x' }],
]

/** One response that ends where it says, or the end of the connection; and nothing of what was to be injected. */
async function assertOneResponseAtMost(client: RawClient): Promise<void> {
  const response = await responseOrEnd(client)
  assert.doesNotMatch(response?.headers.join('\n') ?? '', /^injected/im)
  if (response !== undefined && !client.ended) await assertNextIsOwn(client)
  client.abort()
}

/** What follows a response on its connection must be the answer to the next request. */
async function assertNextIsOwn(client: RawClient): Promise<void> {
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown')
  client.send(GET)
  const next = await responseOrEnd(client)
  if (next !== undefined) assert.equal(next.body, 'own')
}

/** Undefined when the gateway closed the connection instead; a client that is left waiting fails the test. */
async function responseOrEnd(client: RawClient): Promise<RawResponse | undefined> {
  try {
    return await client.response()
  } catch (error) {
    if (client.ended && client.pending === '') return undefined
    throw error
  }
}

for (const [what, response] of contents) {
  test(`${what} in a published response does not become another response`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const client = await RawClient.connect(gateway.port)
    const held = gateway.log.matching(/subscribe http/).length
    client.send('GET /response?channel=split HTTP/1.1\r\nHost: test.example\r\n\r\n')
    await gateway.log.waitForMore(/subscribe http/, held)
    // It may be refused, which is as good.
    await gateway.publish([{ channel: 'split', formats: { 'http-response': response } }]).catch(() => {})
    await gateway.publish([{ channel: 'split', formats: { 'http-response': { body: 'fallback' } } }])
    await assertOneResponseAtMost(client)
    await assertUnharmed()
  })

  test(`${what} in an instruction does not become another response`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const instruct = Buffer.from(JSON.stringify({ response })).toString('latin1')
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/grip-instruct\r\nContent-Length: ${instruct.length}\r\n\r\n`
    backend.answer(head + instruct)
    const client = await RawClient.connect(gateway.port)
    client.send(GET)
    await assertOneResponseAtMost(client)
    await assertUnharmed()
  })
}

test('a status of an instruction that is no status is a failure of the backend', async () => {
  const assertUnharmed = watchHarm(gateway)
  for (const status of ['0', '99', '1000', 'x', '200 \t\x80', '101']) {
    backend.answer(`HTTP/1.1 200 OK\r\nGrip-Status: ${status}\r\nContent-Length: 1\r\n\r\nx`)
    const client = await RawClient.connect(gateway.port)
    client.send(GET)
    await assertOneResponseAtMost(client)
  }
  await assertUnharmed()
})

test('a published stream content cannot end the chunk it is in', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('GET /stream?channel=chunks HTTP/1.1\r\nHost: test.example\r\n\r\n')
  await client.until('[stream opened]\n')
  const forged = '\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'
  await gateway.publish([
    { channel: 'chunks', formats: { 'http-stream': { content: forged } } },
    { channel: 'chunks', formats: { 'http-stream': { content: '' } } },
    { channel: 'chunks', formats: { 'http-stream': { action: 'close' } } },
  ])
  assert.equal((await client.response()).body, `[stream opened]\n${forged}`)
  client.abort()
  assert.equal((await ask(gateway.port, GET)).code, 200)
})
