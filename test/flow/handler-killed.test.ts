import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { commandLineOf } from '../support/process-tree.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { byPath } from './answer-by-path.ts'
import { get, held } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

/** Milliseconds; much longer than a restart takes. */
const BACK_WITHIN = 5000

const { gateway, backend } = await startBoth({ workers: 2 })

beforeEach(() => {
  backend.script = {
    whole: (socket, { line }) => {
      const [, kind, channel = ''] = /^GET \/(\w+)\/?(\w*)/.exec(line) ?? []
      const response = kind === 'stream' ? stream(channel) : kind === 'poll' ? longPoll(channel) : answer([], 'plain')
      socket.write(response)
    },
  }
})

const clients: RawClient[] = []
after(() => {
  for (const client of clients) client.abort()
})

async function open(path: string): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port)
  clients.push(client)
  client.send(get(path))
  return client
}

function handlerPid(): number | undefined {
  return gateway.pids().find((pid) => commandLineOf(pid).includes('handler/main.js'))
}

function killHandler(): number {
  const pid = handlerPid()
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGKILL')
  return pid
}

/** Publishes until it is acknowledged for the first time. */
async function publishWhenBack(channel: string, content: string): Promise<void> {
  await until(
    () =>
      gateway.publish([{ channel, formats: { 'http-stream': { content }, 'http-response': { body: content } } }]).then(
        () => true,
        () => false,
      ),
    () => `a handler that takes messages:\n${gateway.log.toString()}`,
    BACK_WITHIN,
  )
}

test('clients keep their connections when the handler is killed, and get what is published after it', async () => {
  const streams = await Promise.all(Array.from({ length: 50 }, () => open('/stream/kept')))
  const polls = await Promise.all(Array.from({ length: 50 }, () => open('/poll/kept')))
  await held(gateway, 'kept', 100)
  for (let kill = 1; kill <= 2; kill++) {
    const killed = killHandler()
    // Every single one of those acknowledged from here on has to arrive.
    const contents = Array.from({ length: 20 }, (_, index) => `<${kill}-${index}>`)
    for (const content of contents) await publishWhenBack('kept', content)
    assert.notEqual(handlerPid(), killed)
    const all = contents.map((content) => `${content.length.toString(16)}\r\n${content}\r\n`).join('')
    for (const client of streams) assert.ok((await client.until(contents.at(-1) ?? '')).includes(all), client.pending)
    if (kill === 1) for (const client of polls) assert.equal((await client.response()).body, '<1-0>')
  }
  assert.ok(clients.every((client) => !client.ended))
})

test('requests are answered while there is no handler, and new holds wait for it', async () => {
  const killed = killHandler()
  const waiting = await Promise.all([open('/stream/waits'), open('/poll/waits')])
  const { code, body } = await ask(gateway.port, get('/plain'))
  assert.equal(code, 200)
  assert.equal(body, 'plain')
  await held(gateway, 'waits', 2)
  assert.notEqual(handlerPid(), killed)
  await publishWhenBack('waits', 'hello')
  const [streaming, poll] = waiting
  await streaming?.until('hello')
  assert.equal((await poll?.response())?.body, 'hello')
  assert.deepEqual(gateway.log.matching(/^\[ERR\].*\[proxy\]/), [])
})

test('a long poll whose backend can be told its place asks it for what was lost with the handler', async () => {
  backend.script = byPath({ '/placed': [longPoll('placed; prev-id=1'), answer([], 'what was lost')] })
  const client = await open('/placed')
  await held(gateway, 'placed')
  killHandler()
  assert.equal((await client.response()).body, 'what was lost')
  assert.deepEqual(backend.requests.at(-1)?.values('grip-last'), ['placed; last-id=1'])
})

test('a client that leaves while there is no handler is forgotten', async () => {
  const leaving = await open('/stream/leaves')
  await held(gateway, 'leaves')
  killHandler()
  leaving.abort()
  await until(
    async () => {
      await publishWhenBack('leaves', 'x')
      return gateway.log.matching(/publish channel=leaves receivers=0$/).length > 0
    },
    () => `nobody held:\n${gateway.log.toString()}`,
  )
})
