import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { ServeGrip } from '@fanoutio/serve-grip'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held } from './held.ts'

const [appPort = 0, publishPort = 0] = await freePorts(2)
const serveGrip = new ServeGrip({
  grip: { control_uri: `http://127.0.0.1:${publishPort}/`, verify_iss: 'pushpin', verify_key: 'changeme' },
  gripProxyRequired: true,
})

interface Socket {
  readonly meta: Record<string, string>
  isOpening(): boolean
  accept(): void
  subscribe(channel: string): void
  canRecv(): boolean
  recv(): string | null
  send(message: string): void
  close(code?: number): void
}

/** A chat: the first message is the name, the others go to all. */
async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!(await serveGrip.run(req, res))) return
  const { wsContext } = (req as IncomingMessage & { grip: { wsContext: Socket } }).grip
  if (wsContext.isOpening()) {
    wsContext.accept()
    wsContext.subscribe('room')
    wsContext.send('who are you?')
  }
  while (wsContext.canRecv()) {
    const message = wsContext.recv()
    if (message === null) {
      wsContext.close()
      break
    }
    const { name } = wsContext.meta
    if (name === undefined) {
      wsContext.meta['name'] = message
      wsContext.send(`hello ${message}`)
    } else await serveGrip.getPublisher().publishFormats('room', new Said(`${name}: ${message}`))
  }
  res.end()
}

/** What is published for WebSockets only. */
class Said {
  readonly #content: string

  constructor(content: string) {
    this.#content = content
  }

  name(): string {
    return 'ws-message'
  }

  export(): { content: string } {
    return { content: this.#content }
  }
}

const app = createServer((req, res) => void serve(req, res).catch(() => res.destroy())).listen(appPort, '127.0.0.1')
await once(app, 'listening')
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${(app.address() as AddressInfo).port},over_http`],
  config: { handler: { push_in_http_port: publishPort } },
})
after(async () => {
  await gateway.stop()
  app.closeAllConnections()
  await once(app.close(), 'close')
})

test('an application written with the GRIP library chats over WebSockets without ever holding one', async () => {
  const alice = await openWebSocket(gateway.port, '/chat')
  assert.equal(await alice.next(), 'text who are you?')
  alice.sendText('alice')
  assert.equal(await alice.next(), 'text hello alice')
  await held(gateway, 'room')
  const bob = await openWebSocket(gateway.port, '/chat')
  assert.equal(await bob.next(), 'text who are you?')
  await held(gateway, 'room', 2)
  alice.sendText('is anybody here?')
  assert.equal(await bob.next(), 'text alice: is anybody here?')
  assert.equal(await alice.next(), 'text alice: is anybody here?')
  bob.sendText('bob')
  assert.equal(await bob.next(), 'text hello bob')
  bob.sendText('yes')
  assert.equal(await alice.next(), 'text bob: yes')
  bob.close(1000)
  assert.match(await bob.next(), /^text bob: yes$/)
  assert.match(await bob.next(), /^close\b/)
  alice.vanish()
  bob.vanish()
})
