import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { onMalformed } from '../../../proxy/accept/malformed.ts'
import type { Log } from '../../../shared/log.ts'
import { RawClient, askUntilClosed } from '../../support/raw-client.ts'

const log = { debug: (line: string) => void lines.push(line) } as unknown as Log
const lines: string[] = []

const server = createServer({ maxHeaderSize: 1000, headersTimeout: 50, connectionsCheckingInterval: 20 })
server.on('clientError', onMalformed(log))
server.on('request', (req, res) => {
  res.write('begun')
  req.resume()
})
before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => {
  server.close()
  server.closeAllConnections()
})

const port = (): number => (server.address() as AddressInfo).port

const refused: [what: string, bytes: string, line: string, body: string][] = [
  ['a line break without CR', 'GET / HTTP/1.1\r\nHost: a\n\n', '400 Bad Request', 'Failed to parse request.\n'],
  ['an unknown method', 'FOO / HTTP/1.1\r\n\r\n', '501 Not Implemented', 'Unknown request method.\n'],
  [
    'an unknown version',
    'GET / HTTP/1.7\r\n\r\n',
    '505 HTTP Version Not Supported',
    'Only HTTP/1.0 and HTTP/1.1 are supported.\n',
  ],
  [
    'a large header',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(2000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
    'Request header is too large.\n',
  ],
  ['a header that does not end', 'GET / HTTP/1.1\r\n', '408 Request Timeout', 'Request header took too long.\n'],
]

for (const [what, bytes, line, body] of refused) {
  test(`${what} is answered ${line.slice(0, 3)}, and the connection ends`, async () => {
    assert.equal(
      await askUntilClosed(port(), bytes),
      `HTTP/1.1 ${line}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
}

test('the log tells, at debug, who sent what', async () => {
  lines.length = 0
  await askUntilClosed(port(), 'FOO / HTTP/1.1\r\n\r\n')
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^malformed request from 127\.0\.0\.1: .*Invalid method/)
})

test('bytes that break a body end the connection without a second answer', async () => {
  const client = await RawClient.connect(port())
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  await client.until('begun')
  client.send('not a chunk size\r\n')
  const bytes = await client.closed()
  assert.equal(bytes.split('HTTP/1.1').length, 2)
})

test('a client that resets its connection is no malformed request', async () => {
  lines.length = 0
  const client = await RawClient.connect(port())
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.until('begun')
  client.socket.resetAndDestroy()
  await askUntilClosed(port(), 'FOO / HTTP/1.1\r\n\r\n')
  assert.equal(lines.length, 1)
})
