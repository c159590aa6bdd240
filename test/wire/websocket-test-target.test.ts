// GRIP 7.8
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'
import { held } from '../flow/held.ts'

const gateway = await startGateway({ routes: ['* test', '*,path_beg=/try test', '*,path_beg=/raw/,no_grip test'] })
after(() => gateway.stop())

async function publish(channel: string): Promise<void> {
  await gateway.publish([{ channel, formats: { 'ws-message': { content: `on ${channel}` } } }])
}

test('the test responder echoes every frame', async () => {
  for (const path of ['/ws', '/ws/', '/try/ws', '/raw/ws']) {
    const client = await openWebSocket(gateway.port, path)
    client.sendText('hello')
    assert.equal(await client.next(), 'text hello')
    client.sendText('c:{"type":"detach"}')
    assert.equal(await client.next(), 'text c:{"type":"detach"}')
    client.sendBinary(Buffer.of(0, 255))
    assert.equal(await client.next(), 'binary 00ff')
    client.sendText('')
    assert.equal(await client.next(), 'text')
    client.ping()
    assert.equal(await client.next(), 'ping')
    client.sendFrame({ fin: false, payload: 'one,' })
    client.sendFrame({ opcode: 0, payload: 'two' })
    assert.equal((await client.nextMessage()).payload.toString(), 'one,two')
    client.close(4000, 'bye')
    assert.equal(await client.next(), 'close 4000 bye')
    client.finish()
    await client.closed()
  }
})

test('what is published to a channel arrives at the test responder', async () => {
  const named = await openWebSocket(gateway.port, '/ws?channel=a&channel=b%20c')
  await held(gateway, 'a')
  await held(gateway, 'b c')
  const unnamed = await openWebSocket(gateway.port, '/ws')
  await held(gateway, 'test')
  await publish('test')
  await publish('b c')
  await publish('a')
  assert.equal(await named.next(), 'text on b c')
  assert.equal(await named.next(), 'text on a')
  assert.equal(await unnamed.next(), 'text on test')
  named.vanish()
  unnamed.vanish()
})

test('there is no WebSocket elsewhere', async () => {
  for (const path of ['/', '/ws/more', '/stream', '/response']) {
    const response = await refusedWebSocket(gateway.port, path)
    assert.equal(response.line, 'HTTP/1.1 404 Not Found')
    assert.deepEqual(response.values('content-type'), ['text/plain'])
    assert.equal(response.body, 'no such test resource\n')
  }
})
