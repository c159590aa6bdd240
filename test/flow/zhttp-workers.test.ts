import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpReqService, ZhttpService } from '../support/zhttp-service.ts'
import { get } from './held.ts'

const ipc = ipcSpec()
const req = ipcSpec()
const gateway = await startGateway({
  workers: 3,
  routes: [
    `* zhttp/${ipc.spec}`,
    `req.example zhttpreq/${req.spec}`,
    ...Array.from({ length: 101 }, (_, i) => `many${i}.example zhttpreq/${req.spec}${i}`),
  ],
})
const service = new ZhttpService(ipc.endpoints)
const single = new ZhttpReqService(req.spec)
after(async () => {
  service.close()
  single.close()
  await gateway.stop()
})
await answers(gateway.port)

function request(path: string): string {
  return get(path).replace('localhost', 'req.example')
}

/** Addresses of the workers that have asked the service, until there are as many. */
async function workersAsk(count: number): Promise<Set<string>> {
  const seen = new Set<string>()
  service.onRequest = (exchange) => {
    seen.add(exchange.first.from)
    exchange.respond('hello\n')
  }
  await until(
    async () => {
      const asked = Array.from({ length: 10 }, () => ask(gateway.port, get('/'), { limit: 1000 }))
      const codes = (await Promise.allSettled(asked)).map((each) => each.status === 'fulfilled' && each.value.code)
      if (codes.every((code) => code === 200) && seen.size >= count) return true
      if (codes.some((code) => code !== 200)) seen.clear()
      return false
    },
    () => `${count} workers; seen: ${[...seen].join(' ')}\n${gateway.log.tail}`,
  )
  return seen
}

test('every worker reaches the service, each under its own name', async () => {
  const addresses = await workersAsk(3)
  assert.deepEqual(new Set([...addresses].map((address) => address.split('_')[2])), new Set(['0', '1', '2']))
})

test('the answers over one request socket go to the workers that have asked', async () => {
  single.answer = ({ uri }) => ({ body: String(uri) })
  const paths = Array.from({ length: 40 }, (_, i) => `/${i}`)
  await until(async () => (await ask(gateway.port, request('/'))).code === 200, 'an answer')
  // Which worker takes a connection is not known.
  await until(
    async () => {
      const responses = await Promise.all(paths.map((path) => ask(gateway.port, request(path))))
      assert.deepEqual(
        responses.map(({ body }) => body),
        paths.map((path) => `http://req.example${path}`),
      )
      return new Set(single.requests.map(({ from }) => from)).size > 1
    },
    () => 'requests of two workers',
  )
})

test('targets beyond a hundred are told and not listened for', async () => {
  await gateway.log.waitFor(/too many unique zhttp route targets, limiting to 100$/)
  const beyond = get('/').replace('localhost', 'many100.example')
  assert.equal((await ask(gateway.port, beyond)).code, 502)
})

test('when the worker with the sockets is killed, the one after it serves all others', async () => {
  const before = [...(await workersAsk(3))].find((address) => address.split('_')[2] === '0') ?? ''
  // The runner forks the workers in their order.
  process.kill(Math.min(...gateway.workerPids()), 'SIGKILL')
  await gateway.log.waitFor(/worker 0: ended unexpectedly/)
  assert.ok(!(await workersAsk(3)).has(before))
})
