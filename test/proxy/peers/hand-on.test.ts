import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { Exchange } from '../../../proxy/accept/exchange.ts'
import { hasBody } from '../../../proxy/accept/request-check.ts'
import { UpgradeResponse } from '../../../proxy/accept/upgrade.ts'
import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import { Traffic } from '../../../proxy/observe/traffic.ts'
import { RequestBody } from '../../../proxy/forward/request-body.ts'
import { isHandedOn } from '../../../proxy/peers/client-facts.ts'
import { handOn } from '../../../proxy/peers/hand-on.ts'
import { PeerServer } from '../../../proxy/peers/peer-server.ts'
import { sendError } from '../../../proxy/send/send-error.ts'
import { ask, RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { openWebSocket, refusedWebSocket } from '../../support/websocket-client.ts'

const directory = mkdtempSync(join(tmpdir(), 'peer-'))
const path = join(directory, 'worker-1')

/** What the owner does with the requests it gets. */
let owner: (req: IncomingMessage, res: ServerResponse) => void

const route = parseRoute('* test', { file: 'routes', line: 1, baseDirectory: '.' })?.route
assert.ok(route)

/** A worker that hands everything on to the socket at `to`. */
let to = path
let isSecure = false
const front = createServer()
const toOwner = (req: IncomingMessage, res: ServerResponse): void => {
  if (isSecure) Object.defineProperty(req.socket, 'encrypted', { value: true })
  const isWebSocket = req.headers.upgrade === 'websocket'
  const scheme = isWebSocket ? 'ws' : 'http'
  const traffic = new Traffic()
  const facts = {
    id: '1',
    route,
    scheme,
    host: 'a',
    target: req.url ?? '',
    trusted: false,
    debug: false,
    traffic,
  } as const
  const exchange = new Exchange(facts, req, res, hasBody(req) ? new RequestBody(req, res) : undefined)
  handOn(exchange, to, () => sendError(exchange, { code: 503, message: 'gone' }))
}
front.on('request', toOwner)
front.on('checkContinue', toOwner)
front.on('upgrade', (req, socket, head) => toOwner(req, new UpgradeResponse(req, socket as Socket, head)))
await once(front.listen(0, '127.0.0.1'), 'listening')
const { port } = front.address() as AddressInfo

const server = new PeerServer((req, res) => owner(req, res), 8192)
await server.listen(path)

beforeEach(() => {
  to = path
  isSecure = false
})

after(() => {
  server.close()
  front.close()
  front.closeAllConnections()
  rmSync(directory, { recursive: true })
})

test('only its user may connect to the socket', () => {
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a second gateway does not take the socket away', async () => {
  await assert.rejects(new PeerServer(() => {}, 8192).listen(path), {
    message: `cannot listen on ${path}: another gateway uses it`,
  })
})

test('a socket that a killed worker has left is replaced', async () => {
  const left = join(directory, 'left')
  const killed = createSocketServer().listen(left)
  await once(killed, 'listening')
  killed.unref()
  // The file stays, as libuv only takes away what it still knows by its name.
  renameSync(left, `${left}-`)
  await new Promise((resolve) => killed.close(resolve))
  renameSync(`${left}-`, left)
  const next = new PeerServer(() => {}, 8192)
  await next.listen(left)
  next.close()
})

test('the owner sees the request as it came, and whose it is', async () => {
  let seen: unknown
  owner = (req, res) => {
    const { method, url, rawHeaders, headers, socket } = req
    seen = [method, url, rawHeaders, socket.remoteAddress, 'encrypted' in socket, isHandedOn(req), Object.keys(headers)]
    res.writeHead(207, 'Some', ['X-A', 'b', 'X-A', 'c']).end('body')
  }
  const { bytes, body } = await ask(
    port,
    'PATCH /p?q HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-b: 2\r\nConnection: close, X-C\r\nX-C: 3\r\n' +
      'Gateway-Client-Address: 6.6.6.6\r\ngateway-client-tls: yes\r\n\r\n',
  )
  const headers = [
    'Host',
    'a',
    'X-B',
    '1',
    'x-b',
    '2',
    'X-C',
    '3',
    'Connection',
    'keep-alive, X-C',
    'Content-Length',
    '0',
  ]
  assert.deepEqual(seen, [
    'PATCH',
    '/p?q',
    headers,
    '127.0.0.1',
    false,
    true,
    ['host', 'x-b', 'x-c', 'connection', 'content-length'],
  ])
  assert.match(bytes, /^HTTP\/1\.1 207 Some\r\nX-A: b\r\nX-A: c\r\n/)
  assert.equal(body, 'body')
})

test('the owner knows that the client has used TLS', async () => {
  isSecure = true
  let seen = false
  owner = (req, res) => {
    seen = (req.socket as { encrypted?: boolean }).encrypted === true
    res.end()
  }
  await ask(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(seen, true)
})

test('a request with as many headers as are allowed can be handed on', async () => {
  let count = 0
  owner = (req, res) => {
    count = req.rawHeaders.length / 2
    res.end()
  }
  const lines = Array.from({ length: 198 }, (_, n) => `X-${n}: 1\r\n`).join('')
  await ask(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines}\r\n`)
  assert.equal(count, 200)
})

test('bodies go both ways as they come, and the connection goes on', async () => {
  owner = (req, res) => {
    res.flushHeaders()
    req.on('data', (bytes: Buffer) => res.write(bytes))
    req.on('end', () => res.end())
  }
  const client = await RawClient.connect(port)
  for (let at = 0; at < 2; at++) {
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    await client.until('200 OK')
    client.send('3\r\none\r\n')
    await client.until('one')
    client.send('3\r\ntwo\r\n0\r\n\r\n')
    assert.equal((await client.response()).body, 'onetwo')
  }
  client.abort()
})

test('a client that waits with its body is told to go on', async () => {
  owner = (req, res) => void req.resume().on('end', () => res.end('thanks'))
  const client = await RawClient.connect(port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
  assert.equal((await client.response()).code, 100)
  client.send('hi')
  assert.equal((await client.response()).body, 'thanks')
  client.abort()
})

test('when the client goes the owner hears it', async () => {
  let came = false
  let gone = false
  owner = (_req, res) => {
    came = true
    res.on('close', () => (gone = true))
  }
  const client = await RawClient.connect(port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => came, 'the request')
  client.abort()
  await until(() => gone, 'the end of the request')
})

test('when the owner goes in the middle the client is cut', async () => {
  owner = (req, res) => {
    res.write('half', () => req.socket.destroy())
  }
  const client = await RawClient.connect(port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.ok(!(await client.closed()).includes('0\r\n\r\n'))
})

test('when the owner goes before it answers, or is not there, that is the answer', async () => {
  owner = (req) => req.socket.destroy()
  assert.equal((await ask(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).code, 503)
  to = join(directory, 'nobody')
  const { code, body } = await ask(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi')
  assert.deepEqual([code, body], [503, 'gone\n'])
})

test('a WebSocket can be handed on, with what its client says early', async () => {
  owner = (req, res) => {
    const early = (res as UpgradeResponse).switchProtocols('', ['Upgrade', 'websocket', 'Connection', 'Upgrade'])
    for (const bytes of early) req.socket.write(bytes)
    req.socket.pipe(req.socket)
    req.socket.resume()
  }
  // Unmasked frames may be read by the client: it is its own that come back.
  const client = await openWebSocket(port, '/', { early: Buffer.from([0x81, 1, 0x61]) })
  assert.equal(await client.next(), 'text a')
  client.sendBytes(Buffer.from([0x81, 1, 0x62]))
  assert.equal(await client.next(), 'text b')
  client.finish()
  await client.closed()
})

test('a refused WebSocket is refused in the words of the owner', async () => {
  owner = (_req, res) => void res.writeHead(403, 'No', ['Content-Length', '2']).end('no')
  const { code, body } = await refusedWebSocket(port)
  assert.deepEqual([code, body], [403, 'no'])
})
