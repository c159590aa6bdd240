import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import {
  encodeWebSocketEvents,
  getWebSocketContextFromNodeReq,
  isNodeReqWsOverHttp,
  Item,
  Publisher,
  WebSocketMessageFormat,
} from '@fanoutio/grip'
import type { WebSocketContext } from '@fanoutio/grip'
import { startGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { held } from './held.ts'

/** What the application does when it is told so, each with one call of the library. */
const COMMANDS: Readonly<Record<string, (context: WebSocketContext, rest: string) => void>> = {
  join: (context, channel) => context.subscribe(channel),
  leave: (context, channel) => context.unsubscribe(channel),
  remember: (context, value) => void (context.meta['value'] = value),
  forget: (context) => void delete context.meta['value'],
  recall: (context) => context.send(`value ${context.meta['value'] ?? 'unknown'}`),
  bytes: (context) => context.sendBinary(Uint8Array.of(0, 255)),
  detach: (context) => context.detach(),
  disconnect: (context) => context.disconnect(),
  close: (context, code) => context.close(Number(code)),
}

/** Texts are commands, binary data comes back. */
async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  assert.ok(isNodeReqWsOverHttp(req))
  const context = await getWebSocketContextFromNodeReq(req, 'app-')
  if (context.isOpening()) context.accept()
  while (context.canRecv()) {
    const message = context.recvRaw()
    if (message === null) context.close(context.closeCode ?? 0)
    else if (typeof message !== 'string') context.sendBinary(message)
    else {
      const [command = '', rest = ''] = message.split(' ')
      COMMANDS[command]?.(context, rest)
      context.send(`done ${command}`)
    }
  }
  for (const [name, value] of Object.entries(context.toHeaders())) res.setHeader(name, value)
  res.end(encodeWebSocketEvents(context.getOutgoingEvents()))
}

const app = createServer((req, res) => void serve(req, res).catch(() => res.destroy())).listen(0, '127.0.0.1')
await once(app, 'listening')
const gateway = await startGateway({ routes: [`* 127.0.0.1:${(app.address() as AddressInfo).port},over_http`] })
const publisher = new Publisher({ control_uri: `http://127.0.0.1:${gateway.publishPort}/` })
after(async () => {
  await gateway.stop()
  app.closeAllConnections()
  await once(app.close(), 'close')
})

async function publish(channel: string, format: WebSocketMessageFormat): Promise<void> {
  await publisher.publish(channel, new Item(format))
}

async function order(client: WebSocketClient, command: string, ...answers: readonly string[]): Promise<void> {
  client.sendText(command)
  for (const answer of [...answers, `text done ${command.split(' ')[0]}`]) assert.equal(await client.next(), answer)
}

test('an application subscribes and unsubscribes, and what it publishes is text, binary data or a close', async () => {
  const client = await openWebSocket(gateway.port)
  await order(client, 'join news')
  await held(gateway, 'app-news')
  await publish('app-news', new WebSocketMessageFormat('grüße'))
  assert.equal(await client.next(), 'text grüße')
  await publish('app-news', new WebSocketMessageFormat(Uint8Array.of(0, 255)))
  assert.equal(await client.next(), 'binary 00ff')
  await order(client, 'join other')
  await held(gateway, 'app-other')
  await order(client, 'leave news')
  await publish('app-news', new WebSocketMessageFormat('not for it'))
  await publish('app-other', new WebSocketMessageFormat(null, true, 4001))
  assert.equal(await client.next(), 'close 4001')
  client.close(4001)
  assert.deepEqual(await client.closed(), [])
})

test('an application gets binary data and sends some', async () => {
  const client = await openWebSocket(gateway.port)
  client.sendBinary(Buffer.of(0, 13, 10, 255))
  assert.equal(await client.next(), 'binary 000d0aff')
  await order(client, 'bytes', 'binary 00ff')
  client.vanish()
})

test('what an application keeps in meta comes back with later requests, of that client only', async () => {
  const [client, other] = [await openWebSocket(gateway.port), await openWebSocket(gateway.port)]
  await order(client, 'remember blue')
  await order(client, 'recall', 'text value blue')
  await order(other, 'recall', 'text value unknown')
  await order(client, 'forget')
  await order(client, 'recall', 'text value unknown')
  client.vanish()
  other.vanish()
})

test('an application closes with a code, or answers the close of its client', async () => {
  const closed = await openWebSocket(gateway.port)
  await order(closed, 'close 4002')
  assert.equal(await closed.next(), 'close 4002')
  closed.vanish()
  const closing = await openWebSocket(gateway.port)
  closing.close(4003)
  assert.equal(await closing.next(), 'close 4003')
  assert.deepEqual(await closing.closed(), [])
})

test('an application cuts a client', async () => {
  const client = await openWebSocket(gateway.port)
  client.sendText('disconnect')
  assert.deepEqual(await client.closed(), [])
})

test('an application lets go of a client, which still gets what is published', async () => {
  const client = await openWebSocket(gateway.port)
  await order(client, 'join detached')
  await held(gateway, 'app-detached')
  client.sendText('detach')
  await until(async () => {
    client.sendText('bytes')
    await publish('app-detached', new WebSocketMessageFormat('published'))
    return client.waiting.includes('text published')
  }, 'what is published')
  client.vanish()
})
