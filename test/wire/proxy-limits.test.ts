import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { assertNothingElseArrived } from '../support/nothing-else-arrived.ts'
import { ask, askUntilClosed } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

const TOO_LARGE =
  'HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain\r\nContent-Length: 29\r\n' +
  'Connection: close\r\n\r\nRequest header is too large.\n'
const TOO_MANY =
  'HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain\r\nContent-Length: 36\r\n' +
  'Connection: close\r\n\r\nRequest contained too many headers.\n'
const TOO_LONG =
  'HTTP/1.1 414 URI Too Long\r\nContent-Type: text/plain\r\nContent-Length: 28\r\n' +
  'Connection: close\r\n\r\nRequest target is too long.\n'

for (const size of [7000, 12_000, 20_000, 31_000]) {
  test(`a cookie of ${size} bytes passes`, async () => {
    const cookie = 'c'.repeat(size)
    const { code } = await ask(gateway.port, `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\n\r\n`)
    assert.equal(code, 200)
    assert.deepEqual((await backend.next()).values('cookie'), [cookie])
  })
}

test('a header of more than 32 KB is refused', async () => {
  const request = `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'c'.repeat(33_000)}\r\n\r\n`
  assert.equal(await askUntilClosed(gateway.port, request), TOO_LARGE)
  await assertNothingElseArrived(gateway, backend)
})

test('a target of 10 KB passes', async () => {
  const target = `/${'a'.repeat(10_000)}`
  const { code } = await ask(gateway.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
  assert.equal(code, 200)
  assert.equal((await backend.next()).line, `GET ${target} HTTP/1.1`)
})

test('a target of more than 16 KB is refused', async () => {
  const request = `GET /${'a'.repeat(16_384)} HTTP/1.1\r\nHost: a\r\n\r\n`
  assert.equal(await askUntilClosed(gateway.port, request), TOO_LONG)
  await assertNothingElseArrived(gateway, backend)
})

test('200 header lines pass, every one of them', async () => {
  const lines = Array.from({ length: 199 }, (_, index) => `X-${index}: ${index}`)
  const { code } = await ask(gateway.port, ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n'))
  assert.equal(code, 200)
  const { headers } = await backend.next()
  assert.deepEqual(
    headers.filter((line) => /^X-\d/.test(line)),
    lines,
  )
})

function withHeaderLines(count: number): string {
  const lines = Array.from({ length: count - 1 }, (_, index) => `X-${index}: ${index}`)
  return ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n')
}

test('201 header lines are refused, not silently cut', async () => {
  assert.equal(await askUntilClosed(gateway.port, withHeaderLines(201)), TOO_MANY)
  await assertNothingElseArrived(gateway, backend)
})

test('1100 header lines are refused, not silently cut', async () => {
  // Parsers of later Node versions give up before the lines are counted here.
  const tooMany = /^HTTP\/1\.1 431 .*\r\n\r\nRequest (?:contained too many headers|header is too large)\.\n$/s
  assert.match(await askUntilClosed(gateway.port, withHeaderLines(1100)), tooMany)
  await assertNothingElseArrived(gateway, backend)
})

test('a response header of 40 KB passes', async () => {
  const value = 'v'.repeat(40_000)
  backend.answer(`HTTP/1.1 200 OK\r\nX-Long: ${value}\r\nContent-Length: 2\r\n\r\nok`)
  const response = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(response.code, 200)
  assert.deepEqual(response.values('x-long'), [value])
})

test('300 header lines of a response pass, every one of them', async () => {
  const lines = Array.from({ length: 300 }, (_, index) => `X-${index}: ${index}`)
  backend.answer(['HTTP/1.1 200 OK', ...lines, 'Content-Length: 2', '', 'ok'].join('\r\n'))
  const { code, headers } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(code, 200)
  assert.deepEqual(
    headers.filter((line) => /^X-\d/.test(line)),
    lines,
  )
})

test('a response header of more than 64 KB is a failure of the backend', async () => {
  backend.answer(`HTTP/1.1 200 OK\r\nX-Long: ${'v'.repeat(70_000)}\r\nContent-Length: 2\r\n\r\nok`)
  const { code, body } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(code, 502)
  assert.equal(body, 'Error while proxying to origin.\n')
})
