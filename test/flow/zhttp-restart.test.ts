import assert from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpReqService, ZhttpService } from '../support/zhttp-service.ts'
import { get } from './held.ts'

test('a service goes on with the gateway that comes after', async () => {
  const { spec, endpoints } = ipcSpec()
  const service = new ZhttpService(endpoints)
  after(() => service.close())
  const routes = [`* zhttp/${spec}`]
  const first = await startGateway({ routes })
  await answers(first.port)
  await first.stop()
  const second = await startGateway({ routes })
  after(() => second.stop())
  await answers(second.port)
})

test('a service that was started again is found, and requests go elsewhere meanwhile', async () => {
  const { spec, endpoints } = ipcSpec()
  const gateway = await startGateway({ routes: [`* zhttp/${spec} test`] })
  after(() => gateway.stop())
  // A request on its way to a service that ends just then has no answer.
  const body = (): Promise<string> =>
    ask(gateway.port, get('/'), { limit: 1000 }).then(
      (response) => response.body,
      () => 'hello\n',
    )
  for (let i = 0; i < 2; i++) {
    assert.equal(await body(), 'Hello from the Pushpin test handler!\n')
    const service = new ZhttpService(endpoints)
    await until(async () => (await body()) === 'hello\n', 'an answer of the service')
    service.close()
    await until(async () => (await body()) !== 'hello\n', 'the end of the service')
  }
})

test('a target that a reload brings is listened for', async () => {
  const { spec } = ipcSpec()
  const gateway = await startGateway({ routes: ['* test'] })
  const service = new ZhttpReqService(spec)
  after(async () => {
    service.close()
    await gateway.stop()
  })
  await appendFile(gateway.routesFile, `late.example zhttpreq/${spec}\n`)
  const request = get('/').replace('localhost', 'late.example')
  await until(async () => (await ask(gateway.port, request)).body === 'hello\n', 'an answer of the new target')
})

test('a spec that cannot be bound is told in one line, and the target passed over', async () => {
  const { spec } = ipcSpec()
  const first = await startGateway({ routes: [`* zhttpreq/${spec}`] })
  const service = new ZhttpReqService(spec)
  after(async () => {
    service.close()
    await first.stop()
  })
  await answers(first.port)
  const second = await startGateway({ routes: [`* zhttpreq/${spec} test`] })
  after(() => second.stop())
  await second.log.waitFor(/\[ERR\] .*target zhttpreq\/ipc:.*: address already in use$/)
  assert.equal((await ask(second.port, get('/'))).body, 'Hello from the Pushpin test handler!\n')
  assert.equal((await ask(first.port, get('/'))).body, 'hello\n')
})
