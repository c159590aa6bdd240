import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, test } from 'node:test'
import { inOrder } from '../../../proxy/accept/in-order.ts'
import { RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'

let server: Server | undefined
let port = 0
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** Requests in the order in which they were handed on, to be answered by the test. */
class Requests {
  readonly targets: string[] = []
  readonly #responses = new Map<string, ServerResponse>()

  readonly handle = (req: IncomingMessage, res: ServerResponse): void => {
    this.targets.push(req.url ?? '')
    this.#responses.set(req.url ?? '', res)
  }

  answer(target: string): void {
    this.#responses.get(target)?.end(`answer to ${target}`)
  }
}

async function pipelined(count: number): Promise<{ requests: Requests; client: RawClient }> {
  const requests = new Requests()
  server = createServer(inOrder(requests.handle)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  const client = await RawClient.connect(port)
  let bytes = ''
  for (let i = 1; i <= count; i++) bytes += `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`
  client.send(bytes)
  return { requests, client }
}

test('a request waits until the one before it is answered', async () => {
  const { requests, client } = await pipelined(3)
  for (const target of ['/1', '/2', '/3']) {
    await until(() => requests.targets.includes(target), target)
    assert.equal(requests.targets.at(-1), target)
    requests.answer(target)
    assert.equal((await client.response()).body, `answer to ${target}`)
  }
  assert.deepEqual(requests.targets, ['/1', '/2', '/3'])
})

test('a connection goes on after its pipelined requests', async () => {
  const { requests, client } = await pipelined(2)
  for (const target of ['/1', '/2']) {
    await until(() => requests.targets.includes(target), target)
    requests.answer(target)
    await client.response()
  }
  client.send('GET /later HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => requests.targets.includes('/later'), 'the later request')
  requests.answer('/later')
  assert.equal((await client.response()).body, 'answer to /later')
})

test('two connections do not wait for each other', async () => {
  const { requests } = await pipelined(1)
  const other = await RawClient.connect(port)
  other.send('GET /other HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => requests.targets.length === 2, 'both requests')
  requests.answer('/other')
  assert.equal((await other.response()).body, 'answer to /other')
})

test('a client that sends hundreds of requests ahead is cut', async () => {
  const { requests, client } = await pipelined(400)
  assert.equal(await client.closed(), '')
  assert.deepEqual(requests.targets, ['/1'])
})

test('requests behind one whose client left are not begun', async () => {
  const { requests, client } = await pipelined(3)
  await until(() => requests.targets.length === 1, 'the first request')
  client.abort()
  await until(() => new Promise((resolve) => server?.getConnections((_, count) => resolve(count === 0))), 'the end')
  assert.deepEqual(requests.targets, ['/1'])
})
