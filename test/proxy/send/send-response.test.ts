import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendResponse } from '../../../proxy/send/send-response.ts'
import type { InstructResponse } from '../../../shared/grip/instruct/instruct.ts'
import { GET, clientExchange } from '../accept/client-request.ts'

const RESPONSE: InstructResponse = {
  code: 200,
  reason: 'Fine',
  headers: [
    ['Set-Cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ],
  body: Buffer.from([0x68, 0xff]),
}

test('a response leaves as it is, with its length', async () => {
  const { exchange, client } = await clientExchange(GET)
  sendResponse(exchange, RESPONSE)
  const { bytes } = await client.response()
  assert.equal(bytes, 'HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 2\r\n\r\nh\xff')
  assert.equal(exchange.sent, 2)
})

test('an HTTP/1.0 client that asks for it may go on with its connection', async () => {
  const { exchange, client } = await clientExchange('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  sendResponse(exchange, RESPONSE)
  const response = await client.response()
  assert.deepEqual(response.values('Connection'), ['keep-alive'])
})

for (const code of [204, 304]) {
  test(`${code} has no body and no length`, async () => {
    const { exchange, client } = await clientExchange('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    sendResponse(exchange, { ...RESPONSE, code, headers: [] })
    assert.equal(await client.closed(), `HTTP/1.1 ${code} Fine\r\nConnection: close\r\n\r\n`)
    assert.equal(exchange.sent, 0)
  })
}

for (const code of [0, 100, 103, 199]) {
  test(`${code} becomes 200: the client would wait for the response proper`, async () => {
    const { exchange, client } = await clientExchange(GET)
    sendResponse(exchange, { ...RESPONSE, code })
    const { line, body } = await client.response()
    assert.equal(line, 'HTTP/1.1 200 OK')
    assert.equal(body, 'h\xff')
  })
}

test('a client that has its answer gets no second one', async () => {
  const { exchange, client } = await clientExchange(GET)
  sendResponse(exchange, RESPONSE)
  sendResponse(exchange, RESPONSE)
  await client.response()
  assert.equal(client.pending, '')
})

test('an answer to HEAD has its length and no body', async () => {
  const { exchange, client } = await clientExchange('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  sendResponse(exchange, { ...RESPONSE, headers: [] })
  assert.equal(await client.closed(), 'HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: close\r\n\r\n')
})
