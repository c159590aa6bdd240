import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerError, answerText } from '../../../proxy/accept/answer.ts'
import { errors } from '../../../proxy/accept/errors.ts'
import { lingerIfUnread } from '../../../proxy/accept/linger.ts'
import { until } from '../../support/until.ts'
import { GET, clientRequest } from './client-request.ts'

const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n'

test('a client that is still uploading can read an early answer before the connection ends', async () => {
  const { res, client } = await clientRequest(UPLOAD)
  answerText(res, 413, 'too large\n')
  // Bytes that arrive on a closed connection would make the system reset it, and the answer would be lost.
  client.send('x'.repeat(500_000))
  const bytes = await client.closed()
  assert.equal(
    bytes,
    'HTTP/1.1 413 Payload Too Large\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n' +
      'Connection: close\r\n\r\ntoo large\n',
  )
})

test('an early end of a response that began as keep-alive still ends the connection', async () => {
  const { res, client } = await clientRequest(UPLOAD)
  res.sendDate = false
  res.writeHead(200, { 'Content-Length': 4 })
  res.flushHeaders()
  lingerIfUnread(res)
  res.end('done')
  assert.ok((await client.closed()).endsWith('\r\n\r\ndone'))
})

test('the connection of a client that uploads on regardless is closed all the same', async () => {
  const { req, res, client } = await clientRequest(UPLOAD)
  answerText(res, 413, 'too large\n')
  const flood = (): void => {
    if (!client.socket.destroyed) client.socket.write('x'.repeat(100_000), flood)
  }
  flood()
  await client.closed()
  await until(() => req.socket.destroyed, 'the end of the connection')
})

test('an answer to a request that was read whole leaves the connection open', async () => {
  const { res, client } = await clientRequest(GET)
  answerError(res, errors.noRoute)
  const { bytes } = await client.response()
  assert.equal(
    bytes,
    'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 16\r\n\r\nRoute not found\n',
  )
  assert.equal(client.ended, false)
})

test('an error after which the connection cannot be trusted closes it', async () => {
  const { res, client } = await clientRequest(GET)
  answerError(res, errors.severalHosts)
  assert.match(await client.closed(), /\r\nConnection: close\r\n\r\nRequest contained several Host headers\.\n$/)
})
