import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksForWebSocket, checkRequest, checkWebSocket } from '../../../proxy/accept/request-check.ts'
import { clientRequest } from './client-request.ts'

const taken: [head: string, host: string, target: string][] = [
  ['GET /a/../b?c=d HTTP/1.1\r\nHost: example.com', 'example.com', '/a/../b?c=d'],
  ['GET //a//%2e%2e/?|{}"<> HTTP/1.1\r\nHost: a', 'a', '//a//%2e%2e/?|{}"<>'],
  ['GET / HTTP/1.1\r\nHost: Example.COM:8080', 'Example.COM:8080', '/'],
  ['GET / HTTP/1.1\r\nHost: [::1]:80', '[::1]:80', '/'],
  ['GET / HTTP/1.1\r\nHost:', '', '/'],
  ['GET / HTTP/1.0', '', '/'],
  ['GET http://uri.example/p?q HTTP/1.1\r\nHost: other.example', 'uri.example', '/p?q'],
  ['GET HTTPS://uri.example HTTP/1.1\r\nHost: a', 'uri.example', '/'],
  ['GET http://uri.example?q HTTP/1.1\r\nHost: a', 'uri.example', '/?q'],
  ['OPTIONS * HTTP/1.1\r\nHost: a', 'a', '*'],
  ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0', 'a', '/'],
  [`GET / HTTP/1.1\r\nHost: a${'\r\nX: 1'.repeat(199)}`, 'a', '/'],
  [`GET /${'x'.repeat(16_383)} HTTP/1.1\r\nHost: a`, 'a', `/${'x'.repeat(16_383)}`],
]

for (const [head, host, target] of taken) {
  test(`${JSON.stringify(head.slice(0, 60))} is for ${host.slice(0, 20)} and ${target.slice(0, 20)}`, async () => {
    const { req } = await clientRequest(`${head}\r\n\r\n`)
    assert.deepEqual(checkRequest(req), { host, target })
  })
}

const refused: [head: string, code: number, message: RegExp][] = [
  ['GET / HTTP/2.0\r\nHost: a', 505, /Only HTTP\/1\.0 and HTTP\/1\.1/],
  ['GET / HTTP/0.9\r\nHost: a', 400, /HTTP\/0\.9/],
  ['GET / HTTP/1.1', 400, /no Host header/],
  ['GET / HTTP/1.1\r\nHost: a\r\nHost: a', 400, /several Host headers/],
  ['GET / HTTP/1.1\r\nHost: a\r\nHOST: b', 400, /several Host headers/],
  ['GET / HTTP/1.1\r\nHost: a b', 400, /invalid Host/],
  ['GET / HTTP/1.1\r\nHost: a/b', 400, /invalid Host/],
  ['GET / HTTP/1.1\r\nHost: user@a', 400, /invalid Host/],
  ['GET / HTTP/1.1\r\nHost: a, b:80:80', 400, /invalid Host/],
  ['GET http://user@a/ HTTP/1.1\r\nHost: a', 400, /invalid Host/],
  ['GET http:/// HTTP/1.1\r\nHost: a', 400, /invalid request target/],
  ['GET ftp://a/ HTTP/1.1\r\nHost: a', 400, /invalid request target/],
  ['GET * HTTP/1.1\r\nHost: a', 400, /invalid request target/],
  ['GET /a#b HTTP/1.1\r\nHost: a', 400, /invalid request target/],
  ['TRACE / HTTP/1.1\r\nHost: a', 405, /TRACE/],
  ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0', 400, /cannot be chunked/],
  ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0', 501, /Only the chunked/],
  [`GET / HTTP/1.1\r\nHost: a${'\r\nX: 1'.repeat(200)}`, 431, /too many headers/],
  [`GET /${'x'.repeat(16_384)} HTTP/1.1\r\nHost: a`, 414, /too long/],
]

for (const [head, code, message] of refused) {
  test(`${JSON.stringify(head.slice(0, 70))} is refused with ${code}`, async () => {
    const { req } = await clientRequest(`${head}\r\n\r\n`)
    const checked = checkRequest(req)
    assert.ok('code' in checked, JSON.stringify(checked))
    assert.equal(checked.code, code)
    assert.match(checked.message, message)
  })
}

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const VERSION = 'Sec-WebSocket-Version: 13\r\n'

const webSockets: [what: string, head: string, code: number | undefined][] = [
  ['a whole handshake', `GET / HTTP/1.1\r\n${KEY}${VERSION}`, undefined],
  ['no key', `GET / HTTP/1.1\r\n${VERSION}`, 400],
  ['a key of the wrong length', `GET / HTTP/1.1\r\nSec-WebSocket-Key: YWJj\r\n${VERSION}`, 400],
  ['another method', `POST / HTTP/1.1\r\n${KEY}${VERSION}`, 400],
  ['no version', `GET / HTTP/1.1\r\n${KEY}`, 426],
  ['another version', `GET / HTTP/1.1\r\n${KEY}Sec-WebSocket-Version: 8\r\n`, 426],
]

for (const [what, head, code] of webSockets) {
  test(`a WebSocket request with ${what} is ${code === undefined ? 'taken' : `answered ${code}`}`, async () => {
    const { req } = await clientRequest(`${head}Host: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n`)
    assert.equal(asksForWebSocket(req), true)
    // As on a server that takes upgrades.
    Object.assign(req, { upgrade: true })
    assert.equal(checkWebSocket(req)?.code, code)
  })
}

for (const upgrade of ['', 'Upgrade: h2c\r\n', 'Upgrade: websocket2\r\n']) {
  test(`${JSON.stringify(upgrade)} asks for no WebSocket`, async () => {
    const { req } = await clientRequest(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`)
    assert.equal(asksForWebSocket(req), false)
  })
}
