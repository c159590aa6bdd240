import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestBody } from '../../../proxy/forward/request-body.ts'
import { clientRequest } from '../accept/client-request.ts'
import type { ClientRequest } from '../accept/client-request.ts'

const LIMIT = 10_000

function post(framing: string, rest: string): Promise<ClientRequest> {
  return clientRequest(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${rest}`)
}

const chunked = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`

async function sizeOf(body: RequestBody): Promise<number> {
  let size = 0
  for await (const chunk of body.open()) size += (chunk as Buffer).length
  return size
}

test('a body that is looked into is sent whole all the same', async () => {
  const { req, res } = await post('Content-Length: 10000', 'x'.repeat(LIMIT))
  const body = new RequestBody(req, res)
  assert.equal((await body.peek(LIMIT))?.length, LIMIT)
  assert.equal(body.hasBeenRead, false)
  assert.equal(await sizeOf(body), LIMIT)
  assert.equal(body.hasBeenRead, true)
})

test('a body in pieces is waited for', async () => {
  const { req, res, client } = await post('Content-Length: 4', 'ab')
  const peeked = new RequestBody(req, res).peek(LIMIT)
  client.send('cd')
  assert.equal((await peeked)?.toString(), 'abcd')
})

test('a body that says it is too long is not waited for', async () => {
  const { req, res, client } = await post('Content-Length: 10001', '')
  const body = new RequestBody(req, res)
  assert.equal(await body.peek(LIMIT), undefined)
  client.send('x'.repeat(LIMIT + 1))
  assert.equal(await sizeOf(body), LIMIT + 1)
})

test('of a chunked body no more is waited for than shows that it is too long, and nothing is lost', async () => {
  const { req, res, client } = await post('Transfer-Encoding: chunked', chunked(LIMIT))
  const body = new RequestBody(req, res)
  const peeked = body.peek(LIMIT)
  client.send(chunked(60_000))
  assert.equal(await peeked, undefined)
  assert.equal(body.isTooLargeToKeep, false)
  client.send(`${chunked(200_000)}0\r\n\r\n`)
  assert.equal(await sizeOf(body), LIMIT + 260_000)
})

test('a client that leaves before the end ends the wait', async () => {
  const { req, res, client } = await post('Content-Length: 8', 'half')
  const peeked = new RequestBody(req, res).peek(LIMIT)
  client.abort()
  await assert.rejects(peeked, { message: 'client left' })
})
