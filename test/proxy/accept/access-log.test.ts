import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { AccessLog } from '../../../proxy/accept/access-log.ts'
import type { AccessLogOptions } from '../../../proxy/accept/access-log.ts'
import { errors } from '../../../proxy/accept/errors.ts'
import type { Exchange } from '../../../proxy/accept/exchange.ts'
import type { Log } from '../../../shared/log.ts'
import { clientExchange } from './client-request.ts'

const REQUEST = 'GET /path?q HTTP/1.1\r\nHost: example.com\r\nReferer: http://from/\r\nUser-Agent: curl/8\r\n\r\n'

function accessLog(options: Partial<AccessLogOptions> = {}): { accessLog: AccessLog; lines: string[] } {
  const lines: string[] = []
  // Made by pino when a level of its own is wanted.
  const info = (line: string): void => void lines.push(`INFO ${line}`)
  const log = { at: () => ({ info }) } as unknown as Log
  return { accessLog: new AccessLog(log, { level: 2, from: false, userAgent: false, ...options }), lines }
}

async function answered(route: string, request = REQUEST): Promise<Exchange> {
  const { exchange, client } = await clientExchange(request, { route })
  exchange.tried = exchange.facts.route.targets[0]
  exchange.sent = 5
  const closed = once(exchange.res, 'close')
  exchange.res.end('hello')
  await Promise.all([closed, client.response()])
  return exchange
}

const logged: [what: string, route: string, options: Partial<AccessLogOptions>, line: string][] = [
  [
    'target, referer, status and bytes',
    '* localhost:80',
    {},
    'GET http://example.com/path?q -> localhost:80 ref=http://from/ code=200 5',
  ],
  [
    "the route's id when it was written",
    '*,id=shop test',
    {},
    'GET http://example.com/path?q -> test ref=http://from/ route=shop code=200 5',
  ],
  [
    'the address when log_from is on',
    '* test',
    { from: true },
    'GET http://example.com/path?q -> test from=127.0.0.1 ref=http://from/ code=200 5',
  ],
  [
    'the client program when log_user_agent is on',
    '* test',
    { userAgent: true },
    'GET http://example.com/path?q -> test ref=http://from/ code=200 5 ua=curl/8',
  ],
]

for (const [what, route, options, line] of logged) {
  test(`a line has ${what}`, async () => {
    const { accessLog: log, lines } = accessLog(options)
    log.ended(await answered(route))
    assert.deepEqual(lines, [`INFO ${line}`])
  })
}

test('a line has the last ids that the client knows', async () => {
  const { accessLog: log, lines } = accessLog({ userAgent: true })
  const last = 'Grip-Last: room; last-id=5, hall; last-id="a b"\r\nGrip-Last: attic\r\nUser-Agent: a\r\n'
  log.ended(await answered('* test', `GET / HTTP/1.1\r\nHost: a\r\n${last}\r\n`))
  assert.deepEqual(lines, ['INFO GET http://a/ -> test code=200 5 ua=a #room=5 #hall=a b #attic='])
})

test('a hold is logged when it begins and not when it ends; a retry says so', async () => {
  const { accessLog: log, lines } = accessLog()
  const exchange = await answered('* test', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  log.accepted(exchange)
  log.ended(exchange)
  exchange.isRetry = true
  log.accepted(exchange)
  assert.deepEqual(lines, ['INFO GET http://a/ -> test accept', 'INFO GET http://a/ -> test accept retry'])
})

test('a response that was cut off is an error, however much was sent', async () => {
  const { accessLog: log, lines } = accessLog()
  const { exchange } = await clientExchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n', { scheme: 'https' })
  exchange.res.write('part')
  exchange.res.destroy()
  log.ended(exchange)
  assert.deepEqual(lines, ['INFO GET https://a/ error'])
})

test('a request that no route took has no target', () => {
  const { accessLog: log, lines } = accessLog()
  log.refused('GET', 'http://a/', errors.noRoute)
  assert.deepEqual(lines, ['INFO GET http://a/ code=502 16'])
})

test('a quiet process writes no access lines, except for a route that is louder', async () => {
  const { accessLog: log, lines } = accessLog({ level: 1 })
  log.refused('GET', 'http://a/', errors.noRoute)
  log.ended(await answered('*,log_level=1 test'))
  log.ended(await answered('* test'))
  assert.deepEqual(lines, [])
  log.ended(await answered('*,log_level=2 test', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  assert.deepEqual(lines, ['INFO GET http://a/ -> test code=200 5'])
})

test('a route can be quieter than the process', async () => {
  const { accessLog: log, lines } = accessLog()
  log.ended(await answered('*,log_level=1 test'))
  assert.deepEqual(lines, [])
})

test('an answer to HEAD counts no bytes', async () => {
  const { accessLog: log, lines } = accessLog()
  log.ended(await answered('* test', REQUEST.replace('GET', 'HEAD')))
  assert.equal(lines[0], 'INFO HEAD http://example.com/path?q -> test ref=http://from/ code=200 0')
})
