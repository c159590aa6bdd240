import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ workers: 2 })
const [hanging = 0] = gateway.workerPids()
// A process that is stopped hears no SIGTERM.
after(() => {
  if (gateway.workerPids().includes(hanging)) process.kill(hanging, 'SIGCONT')
})

const clients: RawClient[] = []
after(() => {
  for (const client of clients) client.abort()
})

function content(text: string): object {
  return { channel: 'all', formats: { 'http-stream': { content: text } } }
}

function without(text: string): RawClient[] {
  return clients.filter((client) => !client.pending.includes(text))
}

async function everybodyGets(text: string): Promise<void> {
  await until(
    () => without(text).length === 0,
    () => `${text} at ${without(text).length} clients`,
  )
}

test('a worker that hangs delays nobody but its own clients, and they get everything later', async () => {
  backend.answer(stream('all'))
  for (let i = 0; i < 50; i++) {
    const client = await RawClient.connect(gateway.port)
    clients.push(client)
    client.send(get('/'))
    await client.until('\r\n\r\n')
  }
  await gateway.publish([content('<start>')])
  await everybodyGets('<start>')

  process.kill(hanging, 'SIGSTOP')
  const contents = Array.from({ length: 100 }, (_, index) => `<${index}>`)
  for (const text of contents) await gateway.publish([content(text)])
  // The system gives each worker a part of the connections, but says nothing of how many.
  await until(
    () => without('<99>').length < clients.length,
    () => 'the clients of the other worker to get everything',
  )
  await gateway.publish([content('<later>')])
  await until(
    () => without('<later>').length === without('<99>').length,
    () => 'the clients of the other worker to get what comes later',
  )
  process.kill(hanging, 'SIGCONT')
  await everybodyGets('<later>')
  const expected = [...contents, '<later>'].join('')
  for (const client of clients) {
    const received = client.pending.slice(client.pending.indexOf('<start>') + 7).match(/<\w+>/g) ?? []
    assert.equal(received.join(''), expected)
  }
})

test('publishers are refused while too much waits for a worker, and what was taken is not lost', async () => {
  process.kill(hanging, 'SIGSTOP')
  const url = `http://127.0.0.1:${gateway.publishPort}/publish/`
  // Streams take the short part; the long one makes it much for the gateway.
  const body = 'x'.repeat(900_000)
  let taken = ''
  let retryAfter: string | null = null
  await until(
    async () => {
      const text = `<number${taken.split('<').length}>`
      const formats = { 'http-stream': { content: text }, 'http-response': { body } }
      const request = { method: 'POST', body: JSON.stringify({ items: [{ channel: 'all', formats }] }) }
      const response = await fetch(url, request)
      if (response.status === 200) taken += text
      else assert.equal(await response.text(), 'Too much waits to be delivered, nothing was published.\n')
      retryAfter = response.headers.get('retry-after')
      return response.status === 503
    },
    () => `a refusal, after ${taken}`,
    30_000,
  )
  assert.equal(retryAfter, '1')
  process.kill(hanging, 'SIGCONT')
  await until(
    () =>
      gateway.publish([content('<end>')]).then(
        () => true,
        () => false,
      ),
    () => 'messages to be taken again',
  )
  await everybodyGets('<end>')
  for (const client of clients) {
    assert.equal(client.pending.match(/<number\d+>/g)?.join(''), taken)
  }
})
