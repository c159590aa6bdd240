// Instructions that the GRIP library writes, and requests that the gateway makes to follow them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { Channel, GripInstruct, HttpResponseFormat, HttpStreamFormat, Publisher, validateSig } from '@fanoutio/grip'
import { startGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { chunk } from './items.ts'
import { streamed } from './streamed.ts'

type Respond = (instruct: GripInstruct, req: IncomingMessage) => string

/** What the application answers on each path: instructions, and a body. */
let answers: Readonly<Record<string, Respond>> = {}
/** Path, Grip-Last and whether the library accepts the signature, of each request. */
const asked: unknown[][] = []
beforeEach(() => void asked.splice(0))

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const signed = await validateSig(String(req.headers['grip-sig']), 'changeme')
  asked.push([req.url, req.headers['grip-last'], signed])
  const instruct = new GripInstruct()
  const body = answers[req.url ?? '']?.(instruct, req)
  for (const [name, value] of Object.entries(instruct.toHeaders())) res.setHeader(name, value)
  res.end(body)
}

const app = createServer((req, res) => void serve(req, res).catch(() => res.destroy())).listen(0, '127.0.0.1')
await once(app, 'listening')
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${(app.address() as AddressInfo).port}`],
  config: { handler: { update_on_first_subscription: false } },
})
const publisher = new Publisher({ control_uri: `http://127.0.0.1:${gateway.publishPort}` })
after(async () => {
  await gateway.stop()
  app.closeAllConnections()
  await once(app.close(), 'close')
})

function streamOn(channel: Channel | string, link?: string, linkTimeout?: number): (instruct: GripInstruct) => void {
  return (instruct) => {
    instruct.setHoldStream()
    instruct.addChannel(channel)
    if (link !== undefined) instruct.setNextLink(link, linkTimeout)
  }
}

function publishLine(channel: string, id: number): Promise<void> {
  return publisher.publishFormats(channel, new HttpStreamFormat(`${id},`), `${id}`, `${id - 1}`)
}

test('a stream whose channel has a previous id is repaired through its next link', async () => {
  answers = {
    '/lines': (instruct) => {
      streamOn(new Channel('lines', '2'), '/lines?after=2')(instruct)
      return '1,2,'
    },
    '/lines?after=2': (instruct, req) => {
      const last = Number(/^lines; last-id=(\d+)$/.exec(String(req.headers['grip-last']))?.[1])
      streamOn(new Channel('lines', '5'), '/lines?after=5')(instruct)
      return ['3,', '4,', '5,'].slice(last - 2).join('')
    },
  }
  const client = await holdOn(gateway, 'lines', get('/lines'))
  await publishLine('lines', 3)
  await streamed(client, '1,2,3,')
  // The fourth is lost. The library has no `no-seq`, without which the gateway would wait for it.
  await gateway.publish([chunk('lines', '5,', { id: '5', 'prev-id': '4', 'no-seq': true })])
  await streamed(client, '1,2,3,4,5,')
  await publishLine('lines', 6)
  await streamed(client, '1,2,3,4,5,6,')
  assert.deepEqual(asked, [
    ['/lines', undefined, true],
    ['/lines?after=2', 'lines; last-id=3', true],
  ])
  client.abort()
})

test('a stream that hears nothing for the timeout of its next link is brought up to date', async () => {
  answers = {
    '/quiet': (instruct) => {
      streamOn(new Channel('quiet', 'a'), '/quiet?more', 1)(instruct)
      return 'first,'
    },
    '/quiet?more': (instruct) => {
      streamOn(new Channel('quiet', 'b'), '/quiet?more', 3600)(instruct)
      return 'second,'
    },
  }
  const client = await holdOn(gateway, 'quiet', get('/quiet'))
  await streamed(client, 'first,second,')
  assert.deepEqual(asked[1], ['/quiet?more', 'quiet; last-id=a', true])
  client.abort()
})

test('responses that only have a next link are one response', async () => {
  answers = {
    '/page': (instruct) => {
      instruct.setNextLink('/page?2')
      return 'one,'
    },
    '/page?2': () => 'two',
  }
  const client = await holdOn(gateway, 'never', get('/page'), 0)
  assert.equal((await client.response()).body, 'one,two')
  client.abort()
})

test('a long poll whose previous id is out of date asks the application again', async () => {
  let version = 1
  const poll: Respond = (instruct) => {
    if (version === 2) return 'version 2'
    instruct.setHoldLongPoll(20.9)
    instruct.addChannel(new Channel('versions', '1'))
    return 'nothing new'
  }
  answers = { '/poll': poll }
  const client = await holdOn(gateway, 'versions', get('/poll'))
  version = 2
  await publisher.publishFormats('versions', new HttpResponseFormat('200', '', {}, 'version 4'), '4', '3')
  assert.equal((await client.response()).body, 'version 2')
  assert.deepEqual(asked[1], ['/poll', 'versions; last-id=1', true])
  client.abort()
})

test('keep-alives of text and of bytes are sent as they were given', async () => {
  const bytes = Uint8Array.of(0, 44, 59, 61, 34, 10)
  for (const [path, data, expected] of [
    ['text', ': a, b="c" \\ d\r\n\t\n', ': a, b="c" \\ d\r\n\t\n'],
    ['bytes', bytes, '\0,;="\n'],
  ] as const) {
    answers = {
      [`/${path}`]: (instruct) => {
        streamOn(`kept-${path}`)(instruct)
        instruct.setKeepAlive(data, 1)
        return 'open,'
      },
    }
    const client = await holdOn(gateway, `kept-${path}`, get(`/${path}`))
    await until(
      () => client.pending.includes(expected),
      () => JSON.stringify(client.pending),
    )
    client.abort()
  }
})

test('metadata that the application sets for a client decides what its filters let through', async () => {
  answers = {
    '/chat': (instruct) => {
      streamOn('chat; filter=skip-self')(instruct)
      instruct.meta = { user: 'bob "b"' }
      return 'open,'
    },
  }
  const client = await holdOn(gateway, 'chat', get('/chat'))
  const from = ['alice', 'bob "b"', 'carol']
  await gateway.publish(from.map((sender) => chunk('chat', `${sender},`, { meta: { sender } })))
  await streamed(client, 'open,alice,carol,')
  client.abort()
})

test('several channels, one of them ordered, are one stream', async () => {
  answers = {
    '/both': (instruct) => {
      instruct.setHoldStream()
      instruct.addChannel([new Channel('ordered', '1'), new Channel('free')])
      instruct.setNextLink('/both')
      return 'open,'
    },
  }
  const client = await holdOn(gateway, 'free', get('/both'))
  await publishLine('ordered', 2)
  await publisher.publishHttpStream('free', 'free,')
  await publishLine('ordered', 3)
  await until(
    () => client.pending.includes('3,') && client.pending.includes('free,'),
    () => JSON.stringify(client.pending),
  )
  assert.equal(asked.length, 1)
  client.abort()
})
