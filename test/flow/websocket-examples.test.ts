import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startExample } from '../support/example.ts'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held } from './held.ts'

const ECHOES = ['websocket-echo.mjs', 'websocket-over-http-echo.mjs']
const CHATS = ['websocket-chat.mjs', 'websocket-over-http-chat.mjs']

const files = [...ECHOES, ...CHATS]
const ports = await freePorts(files.length)
const gateway = await startGateway({
  routes: files.map(
    (file, at) => `*,path_beg=/${file} localhost:${ports[at]}${file.includes('over-http') ? ',over_http' : ''}`,
  ),
})
const gripUrl = `http://127.0.0.1:${gateway.publishPort}`
const examples = await Promise.all(files.map((file, at) => startExample(file, ports[at] ?? 0, gripUrl)))
after(async () => {
  await gateway.stop()
  await Promise.all(examples.map((example) => example.stop()))
})

for (const file of ECHOES) {
  test(`examples/${file} sends back what it gets`, async () => {
    const client = await openWebSocket(gateway.port, `/${file}`)
    for (const content of ['hello', '', 'grüße', 'c:{"type":"detach"}', 'x'.repeat(100_000)]) {
      client.sendText(content)
      assert.equal((await client.nextMessage()).payload.toString(), content)
    }
    client.sendBinary(Buffer.of(0, 255))
    assert.equal(await client.next(), 'binary 00ff')
    client.ping('abc')
    assert.equal(await client.next(), 'pong abc')
    client.close(4000, 'bye')
    assert.match(await client.next(), /^close 4000/)
    assert.deepEqual(await client.closed(), [])
  })
}

for (const [at, file] of CHATS.entries()) {
  test(`in examples/${file}, what one client says comes to all`, async () => {
    const alice = await openWebSocket(gateway.port, `/${file}`)
    const bob = await openWebSocket(gateway.port, `/${file}`)
    await held(gateway, 'chat', 2 * (at + 1))
    for (const text of ['hello', 'grüße', 'c:{"type":"detach"}']) {
      alice.sendText(text)
      assert.equal(await alice.next(), `text ${text}`)
      assert.equal(await bob.next(), `text ${text}`)
    }
    alice.close(1000)
    assert.match(await alice.next(), /^close/)
    bob.sendText('still here')
    assert.equal(await bob.next(), 'text still here')
    bob.vanish()
  })
}
