import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Readable } from 'node:stream'
import { hasBody } from '../../../proxy/accept/request-check.ts'
import { RequestBody } from '../../../proxy/forward/request-body.ts'
import { until } from '../../support/until.ts'
import { clientRequest } from '../accept/client-request.ts'
import type { ClientRequest } from '../accept/client-request.ts'

const KEPT = 100_000

function upload(body: string, length = body.length): Promise<ClientRequest> {
  return clientRequest(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`)
}

async function textOf(reader: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of reader) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const bodies: [head: string, exists: boolean][] = [
  ['Content-Length: 1\r\n\r\nx', true],
  ['Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n', true],
  ['Content-Length: 0\r\n\r\n', false],
  ['\r\n', false],
]

for (const [head, exists] of bodies) {
  test(`${JSON.stringify(head)} ${exists ? 'announces a' : 'has no'} body`, async () => {
    const { req } = await clientRequest(`POST / HTTP/1.1\r\nHost: a\r\n${head}`)
    assert.equal(hasBody(req), exists)
  })
}

test('a body is passed on as it comes, not when it is whole', async () => {
  const { req, res, client } = await upload('first', 11)
  const reader = new RequestBody(req, res).open()
  const [chunk] = (await once(reader, 'data')) as [Buffer]
  assert.equal(chunk.toString(), 'first')
  client.send('second')
  const [next] = (await once(reader, 'data')) as [Buffer]
  assert.equal(next.toString(), 'second')
  await once(reader, 'end')
})

test('a body that was lost on the way can be sent again from its beginning', async () => {
  const { req, res, client } = await upload('first', 11)
  const body = new RequestBody(req, res)
  const lost = body.open()
  await once(lost, 'data')
  lost.destroy()
  const again = textOf(body.open())
  client.send('second')
  assert.equal(await again, 'firstsecond')
  assert.equal(await textOf(body.open()), 'firstsecond')
})

test('a body of 100 000 bytes is kept, one byte more is not', async () => {
  const { req, res } = await upload('x'.repeat(KEPT))
  const body = new RequestBody(req, res)
  assert.equal((await textOf(body.open())).length, KEPT)
  assert.equal(body.isTooLargeToKeep, false)

  const { req: larger, res: largerRes } = await upload('x'.repeat(KEPT + 1))
  const largerBody = new RequestBody(larger, largerRes)
  assert.equal((await textOf(largerBody.open())).length, KEPT + 1)
  assert.equal(largerBody.isTooLargeToKeep, true)
})

test('read gives the whole body, or nothing when it is too large', async () => {
  const { req, res } = await upload('hello')
  assert.equal((await new RequestBody(req, res).read())?.toString(), 'hello')
  const { req: larger, res: largerRes } = await upload('x'.repeat(3 * KEPT))
  assert.equal(await new RequestBody(larger, largerRes).read(), undefined)
})

test('a body that nobody reads is not read ahead of need', async () => {
  const size = 50_000_000
  const { req, res, client } = await upload('x'.repeat(1000), size)
  const reader = new RequestBody(req, res).open()
  let taken = 0
  reader.once('data', (chunk: Buffer) => {
    taken += chunk.length
    reader.pause()
  })
  client.send(Buffer.alloc(size - 1000, 'x'))
  await until(() => taken > 0 && req.isPaused(), 'the client is not listened to')
  assert.ok(reader.readableLength < 1_000_000, `${reader.readableLength} bytes in memory`)
  reader.on('data', (chunk: Buffer) => (taken += chunk.length)).resume()
  reader.resume()
  await once(reader, 'end')
  assert.equal(taken, size)
})

test('a client that leaves in the middle makes the body fail: the backend must not take it for whole', async () => {
  const { req, res, client } = await upload('half', 8)
  const reader = new RequestBody(req, res).open()
  reader.once('data', () => client.abort())
  await assert.rejects(once(reader, 'end'), { message: 'client left' })
})
