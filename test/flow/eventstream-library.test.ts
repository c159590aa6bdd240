// An application that serves server-sent events with @fanoutio/eventstream, as that library's manual shows it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { EventStream } from '@fanoutio/eventstream'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { shown } from './shown.ts'
import { streamed } from './streamed.ts'

const [publishPort = 0] = await freePorts(1)
const eventStream = new EventStream({ grip: `http://127.0.0.1:${publishPort}/?verify-key=changeme&verify-iss=pushpin` })
const route = eventStream.route('test', 'other')
const app = createServer((req, res) => void route(req, res, () => res.destroy())).listen(0, '127.0.0.1')
await once(app, 'listening')
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${(app.address() as AddressInfo).port}`],
  config: { handler: { push_in_http_port: publishPort } },
})
after(async () => {
  await gateway.stop()
  app.closeAllConnections()
  await once(app.close(), 'close')
})

const OPENED = 'event: stream-open\ndata: \n\n'

test('what the application publishes reaches those who listen, in its order', async () => {
  const client = await holdOn(gateway, 'events-test', get('/', ['Accept: text/event-stream']))
  await streamed(client, OPENED)
  await eventStream.publishEvent('test', { event: 'message', data: { name: 'John' } })
  await eventStream.getChannelPublisher('other').publishEvent({ event: 'message', data: { text: 'grüße' } })
  const events = 'event: message\ndata: {"name":"John"}\n\nevent: message\ndata: {"text":"grüße"}\n\n'
  await streamed(client, OPENED + Buffer.from(events).toString('latin1'))
  const writable = eventStream.createChannelWritable('test')
  const written = ['hi', 'ho', 'hello'].map((text) => ({ event: 'message', data: { text } }))
  for (const event of written) await new Promise((resolve) => writable.write(event, resolve))
  const more = written.map(({ data }) => `event: message\ndata: {"text":"${data.text}"}\n\n`).join('')
  await streamed(client, OPENED + Buffer.from(events + more).toString('latin1'))
  const head = client.pending.split('\r\n\r\n')[0] ?? ''
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(head, /\r\ncontent-type: text\/event-stream(?:\r\n|$)/i)
  client.abort()
})

test('the application refuses a client that does not want events', async () => {
  const [line, ...rest] = shown(await ask(gateway.port, get('/', ['Accept: text/html'])))
  assert.equal(line, 'HTTP/1.1 406 Not Acceptable')
  assert.equal(rest.at(-1), 'Not Acceptable.\n')
})
