// GRIP 6.5: many streams that miss the same are served with one request.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, held } from './held.ts'
import { chunk, numbered } from './items.ts'
import { stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  config: { handler: { message_wait: 3_600_000 } },
})

async function open(channel: string, count: number, target: (index: number) => string): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.connect(gateway.port)))
  for (const [index, client] of clients.entries()) client.send(get(target(index)))
  await held(gateway, channel, count)
  return clients
}

function loose(channel: string, id: number, previous: number): object {
  return chunk(channel, `${id},`, { id: `${id}`, 'prev-id': `${previous}`, 'no-seq': true })
}

/** The last ids that came with each request for the target. */
function asked(target: string): string[] {
  const requests = backend.requests.filter(({ line }) => targetOf(line) === target)
  return requests.map((request) => request.values('grip-last').join())
}

test('ten streams that miss the same message make one request', async () => {
  backend.script = byPath({
    '/': stream('ten; prev-id=1', ['Grip-Link: </next>; rel=next'], '1,'),
    '/next': stream('ten; prev-id=3', ['Grip-Link: </next>; rel=next'], '2,3,'),
  })
  const clients = await open('ten', 10, () => '/')
  await gateway.publish([loose('ten', 3, 2)])
  for (const client of clients) await streamed(client, '1,2,3,')
  await gateway.publish([loose('ten', 4, 3)])
  for (const client of clients) await streamed(client, '1,2,3,4,')
  assert.deepEqual(asked('/next'), ['ten; last-id=1'])
  for (const client of clients) client.abort()
})

test('streams that have seen different messages make a request each, and each gets its own answer', async () => {
  const link = 'Grip-Link: </next>; rel=next'
  backend.script = {
    whole: (socket, request) => {
      const [last = ''] = request.values('grip-last')
      const seen = Number(targetOf(request.line).slice(1) || last.slice(-1))
      const body = targetOf(request.line) === '/next' ? `from ${last.slice(-1)},` : `${seen},`
      const prev = targetOf(request.line) === '/next' ? 5 : seen
      socket.write(stream(`differ; prev-id=${prev}`, [link], body))
    },
  }
  const clients = await open('differ', 4, (index) => `/${1 + (index % 2)}`)
  await gateway.publish([loose('differ', 5, 4)])
  for (const [index, client] of clients.entries()) {
    const seen = 1 + (index % 2)
    await streamed(client, `${seen},from ${seen},`)
  }
  assert.deepEqual(asked('/next').toSorted(), ['differ; last-id=1', 'differ; last-id=2'])
  for (const client of clients) client.abort()
})

test('streams whose links differ in the path make a request each', async () => {
  backend.script = byPath({
    '/1': stream('paths; prev-id=1', ['Grip-Link: </next-1>; rel=next'], '1,'),
    '/2': stream('paths; prev-id=1', ['Grip-Link: </next-2>; rel=next'], '1,'),
    '/next-1': stream('paths; prev-id=3', ['Grip-Link: </next-1>; rel=next'], 'one,'),
    '/next-2': stream('paths; prev-id=3', ['Grip-Link: </next-2>; rel=next'], 'two,'),
  })
  const clients = await open('paths', 2, (index) => `/${index + 1}`)
  await gateway.publish([loose('paths', 3, 2)])
  await streamed(clients[0] as RawClient, '1,one,')
  await streamed(clients[1] as RawClient, '1,two,')
  for (const client of clients) client.abort()
})

test('a large part reaches all that share it', async () => {
  const large = 'x'.repeat(300_000)
  backend.script = byPath({
    '/': stream('large; prev-id=1', ['Grip-Link: </next>; rel=next'], '1,'),
    '/next': stream('large; prev-id=3', ['Grip-Link: </next>; rel=next'], large),
  })
  const clients = await open('large', 5, () => '/')
  await gateway.publish([loose('large', 3, 2)])
  for (const client of clients) await streamed(client, `1,${large}`)
  await gateway.publish([numbered('large', 4, 3)])
  for (const client of clients) await streamed(client, `1,${large}4,`)
  for (const client of clients) client.abort()
})
