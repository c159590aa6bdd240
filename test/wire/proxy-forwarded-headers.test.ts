// GRIP 2.7: who says where a request comes from.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { hs256Token } from '../support/token.ts'

const backend = await startBackend()
const routes = [`* 127.0.0.1:${backend.port}`, `*,ssl=yes,header=X-Over:tls 127.0.0.1:${backend.port}`]
const edge = await startGateway({ routes, config: { proxy: { upstream_key: 'upstream' } } })
const behindBalancer = await startGateway({
  routes,
  config: { proxy: { x_forwarded_for: '', accept_x_forwarded_protocol: true, set_x_forwarded_protocol: true } },
})
after(async () => {
  await edge.stop()
  await behindBalancer.stop()
  await backend.stop()
})

async function forwarded(gateway: Gateway, lines: readonly string[]): Promise<RecordedRequest> {
  await ask(gateway.port, ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n'))
  return await backend.next()
}

test('by default a client cannot say where it comes from', async () => {
  const request = await forwarded(edge, ['X-Forwarded-For: 6.6.6.6', 'x-forwarded-for: 7.7.7.7'])
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1'])
})

test('by default the addresses that another gateway tells are passed on as they are', async () => {
  const token = hs256Token({ iss: 'edge', exp: Math.floor(Date.now() / 1000) + 60 }, 'upstream')
  const request = await forwarded(edge, [`Grip-Sig: ${token}`, 'X-Forwarded-For: 1.1.1.1, 2.2.2.2'])
  assert.deepEqual(request.values('x-forwarded-for'), ['1.1.1.1, 2.2.2.2'])
})

test('without rules the addresses that came are passed on in one header', async () => {
  const request = await forwarded(behindBalancer, ['X-Forwarded-For: 1.1.1.1 ,2.2.2.2', 'X-Forwarded-For: unknown'])
  assert.deepEqual(request.values('x-forwarded-for'), ['1.1.1.1, 2.2.2.2, unknown'])
})

test('without rules and without addresses there is no header', async () => {
  assert.deepEqual((await forwarded(behindBalancer, [])).values('x-forwarded-for'), [])
})

test('by default a client cannot say that it came over TLS', async () => {
  const request = await forwarded(edge, ['X-Forwarded-Proto: https'])
  assert.deepEqual(request.values('x-forwarded-proto'), [])
  assert.deepEqual(request.values('x-over'), [])
})

for (const name of ['X-Forwarded-Proto', 'X-Forwarded-Protocol']) {
  test(`behind a balancer ${name} chooses the route and is told to the backend`, async () => {
    const request = await forwarded(behindBalancer, [`${name}: https`])
    assert.deepEqual(request.values('x-over'), ['tls'])
    assert.deepEqual(request.values('x-forwarded-proto'), ['https'])
    assert.deepEqual(request.values('x-forwarded-protocol'), ['https'])
  })
}

test('behind a balancer another protocol is plain HTTP, and nothing is told', async () => {
  const request = await forwarded(behindBalancer, ['X-Forwarded-Proto: HTTPS'])
  assert.deepEqual(request.values('x-over'), [])
  assert.deepEqual(request.values('x-forwarded-proto'), [])
})
