import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { startGateway } from '../support/gateway.ts'
import { within } from '../support/until.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import type { BackendWebSocket } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { openOverHttp } from './open-over-http.ts'
import type { Pair } from './open-pair.ts'

const backend = await startWebSocketBackend()
backend.accept([GRIP])
const httpBackend = await startWebSocketOverHttpBackend()
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${backend.port}`, `*,path_beg=/http 127.0.0.1:${httpBackend.port},over_http`],
  config: { proxy: { websocket_ping_interval: 1 } },
})
after(async () => {
  await gateway.stop()
  await backend.stop()
  await httpBackend.stop()
})

/** A WebSocket that its backend knows by its path: the tests go on at the same time. */
async function openAt(path: string): Promise<Pair> {
  const client = await openWebSocket(gateway.port, path)
  return { client, server: serverOf(path) }
}

function serverOf(path: string): BackendWebSocket {
  const server = backend.connections.find(({ line }) => line === `GET ${path} HTTP/1.1`)
  assert.ok(server !== undefined)
  return server
}

describe('with pings', { concurrency: true }, () => {
  test('a client that has gone without a word is pinged, then cut, and its backend hears of it', async () => {
    // To the gateway, one that says nothing looks the same.
    const { client, server } = await openAt('/gone')
    assert.match(await client.next(), /^ping ./)
    assert.deepEqual(await client.closed(), [])
    assert.deepEqual(await server.closed(), [])
  })

  test('over HTTP, its backend gets DISCONNECT', async () => {
    const { client } = await openOverHttp(gateway, httpBackend, { path: '/http' })
    assert.match(await client.next(), /^ping ./)
    assert.deepEqual((await httpBackend.next()).events, ['DISCONNECT'])
    assert.deepEqual(await client.closed(), [])
  })

  test('a client that answers stays, and its backend hears nothing of the pings', async () => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${gateway.port}/stays`)
    for (let pings = 0; pings < 2; pings++) await within(once(webSocket, 'ping'), 'a ping')
    const server = serverOf('/stays')
    assert.deepEqual(server.waiting, [])
    const message = once(webSocket, 'message')
    server.sendText('m:still here?')
    const [data] = (await within(message, 'a message')) as [Buffer]
    assert.equal(data.toString(), 'still here?')
    webSocket.terminate()
  })

  test('a client that talks is not pinged', async () => {
    const talking = await openAt('/talking')
    const silent = await openAt('/silent')
    const timer = setInterval(() => talking.client.sendText('.'), 100)
    try {
      assert.match(await silent.client.next(), /^ping ./)
      assert.deepEqual(await silent.client.closed(), [])
    } finally {
      clearInterval(timer)
    }
    assert.deepEqual(talking.client.waiting, [])
    assert.equal(await talking.server.next(), 'text .')
    talking.client.vanish()
  })
})
