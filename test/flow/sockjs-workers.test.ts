import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ownersOf } from './sockjs-owners.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { BackendWebSocket } from '../support/websocket-backend.ts'
import { held } from './held.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: '*,sockjs=/s',
  workers: 2,
  config: { proxy: { log_from: true } },
})

const clients: RawClient[] = []
after(() => {
  for (const client of clients) client.abort()
})

function post(path: string, body = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function handedOn(): Promise<number> {
  const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  const { counts } = (await health.json()) as { counts: Record<string, number> }
  return counts['requests_handed_on'] ?? 0
}

async function open(name: string): Promise<BackendWebSocket> {
  const { body } = await ask(gateway.port, post(`/s/0/${name}/xhr`))
  assert.equal(body, 'o\n')
  return backend.next()
}

async function poll(name: string): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port)
  clients.push(client)
  client.send(post(`/s/0/${name}/xhr`))
  return client
}

test('a session is one session, whatever worker its requests come to', async () => {
  // The system decides which worker takes a connection: of so many, each takes some.
  for (let at = 0; at < 40 || (await handedOn()) < 20; at++) {
    assert.ok(at < 1000, 'no requests are handed on')
    const name = `session-${at}`
    const server = await open(name)
    assert.equal((await ask(gateway.port, post(`/s/0/${name}/xhr_send`, '["hi"]'))).body, 'ok')
    assert.equal(await server.next(), 'text hi')
    server.sendText(`to ${at}`)
    assert.equal((await ask(gateway.port, post(`/s/0/${name}/xhr`))).body, `a["to ${at}"]\n`)
    assert.deepEqual(server.values('x-forwarded-for'), ['127.0.0.1'])
  }
  assert.deepEqual(
    gateway.log.lines.filter((line) => line.includes('/xhr ') && !line.includes(' from=127.0.0.1 ')),
    [],
  )
})

test('what is published comes to clients that poll, through every worker', async () => {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'news' }))
  const names = Array.from({ length: 20 }, (_, at) => `news-${at}`)
  for (const name of names) await open(name)
  await held(gateway, 'news', names.length)
  const polls = await Promise.all(names.map(poll))
  await gateway.publish([{ channel: 'news', formats: { 'ws-message': { content: 'grüße' } } }])
  for (const client of polls) assert.equal((await client.response()).body, 'a["gr\xc3\xbc\xc3\x9fe"]\n')
})

test('what is streamed comes through every worker as it comes', async () => {
  const before = await handedOn()
  for (let at = 0; at < 10 || (await handedOn()) - before < 3; at++) {
    assert.ok(at < 1000, 'no requests are handed on')
    const client = await RawClient.connect(gateway.port)
    clients.push(client)
    client.send(post(`/s/0/stream-${at}/xhr_streaming`))
    const server = await backend.next()
    await client.until('o\n')
    server.sendText('one')
    await client.until('a["one"]\n')
    server.sendText('two')
    await client.until('a["two"]\n')
    client.abort()
    assert.equal(await server.next(), 'close')
  }
})

test('when the owner of a session is killed its clients are told, and can open another one', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `killed-${at}`)
  const owners = ownersOf(names, 2)
  for (const name of names) await open(name)
  const polls = await Promise.all(names.map(async (name) => ({ name, client: await poll(name) })))
  const [victim = 0] = gateway.workerPids()
  process.kill(victim, 'SIGKILL')
  await gateway.log.waitFor(/worker \d: ended unexpectedly by SIGKILL/)
  const killed = Number(/worker (\d): ended unexpectedly/.exec(gateway.log.toString())?.[1])
  for (const { name, client } of polls.filter(({ name }) => owners.get(name) === killed)) {
    await until(() => client.ended || client.pending !== '', `the end of the poll of ${name}`)
    if (!client.ended) assert.equal((await client.response()).code, 503)
  }
  for (const name of names.filter((one) => owners.get(one) === killed)) {
    await until(async () => {
      const { code, body } = await ask(gateway.port, post(`/s/0/${name}/xhr`)).catch(() => ({ code: 503, body: '' }))
      assert.ok(code === 503 || body === 'o\n', `${code} ${body}`)
      return code === 200
    }, `a new session of the name ${name}`)
  }
})
