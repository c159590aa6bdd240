import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { Push } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { startBackend } from '../support/recording-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { LIMIT, until } from '../support/until.ts'
import { get, held } from './held.ts'
import { answer, jsonInstruct } from './origin-answer.ts'
import { shown } from './shown.ts'

// What the gateway of December 2012 could do, as far as it worked, and what of it did not.

const { gateway, backend } = await startBoth({ condition: 'localhost', config: { proxy: { domainsfile: 'domains' } } })
const push = new Push({ linger: 0, sendTimeout: LIMIT })
push.connect(gateway.pullSpec)
after(() => push.close())

const INSTRUCTION = { hold: { mode: 'response', channels: [{ name: 'test' }] } }
const HELLO = ['HTTP/1.1 200 OK', 'Content-Length: 6', '', 'hello\n']
let holds = 0

async function hold(type = 'application/x-fo-instruct'): Promise<RawClient> {
  backend.answer(jsonInstruct(INSTRUCTION, type))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/held'))
  await held(gateway, 'test', ++holds)
  assert.equal(client.pending, '')
  return client
}

async function post(path: string, body: string): Promise<readonly [number, string]> {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`
  const response = await ask(gateway.publishPort, head + body)
  return [response.code, response.body]
}

async function publish(content: string): Promise<readonly [number, string]> {
  const item = { 'http-response': { body: content }, 'http-stream': { content } }
  return post('/publish/test/', JSON.stringify({ items: [item] }))
}

test('1. a response passes unchanged, one without a length chunk by chunk', async () => {
  backend.answer(answer(['X-A: 1', 'x-a: 2', 'Content-Type: text/plain'], 'body', '203 Own Reason'))
  const plain = await ask(gateway.port, get('/plain'))
  assert.deepEqual(shown(plain), [
    'HTTP/1.1 203 Own Reason',
    'X-A: 1',
    'x-a: 2',
    'Content-Type: text/plain',
    'Content-Length: 4',
    '',
    'body',
  ])
  let backendSide: Socket | undefined
  backend.script = {
    whole: (socket) => {
      backendSide = socket
      socket.write('HTTP/1.1 200 OK\r\n\r\nfirst')
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/plain'))
  assert.match(await client.until('first'), /Transfer-Encoding: chunked/i)
  backendSide?.end('last')
  assert.equal((await client.response()).body, 'firstlast')
  client.abort()
})

test('2. and 3. each of the three instruct types holds, and a publish over HTTP answers', async () => {
  for (const type of ['application/x-fo-instruct', 'application/fo-instruct', 'application/grip-instruct']) {
    const client = await hold(type)
    assert.deepEqual(await publish('hello\n'), [200, 'Published\n'])
    assert.deepEqual(shown(await client.response()), HELLO)
    client.abort()
  }
})

test('4. a tnetstring pushed over ZeroMQ answers', async () => {
  const client = await hold()
  await push.send('92:7:channel,4:test,13:http-response,16:4:body,6:hello\n,}11:http-stream,19:7:content,6:hello\n,}}')
  assert.deepEqual(shown(await client.response()), HELLO)
  client.abort()
})

test('5. one message answers all that are held, and nobody who comes later', async () => {
  const first = await hold()
  const second = await hold()
  await publish('one')
  assert.equal((await first.response()).body, 'one')
  assert.equal((await second.response()).body, 'one')
  const third = await hold()
  await publish('two')
  assert.equal((await third.response()).body, 'two')
  for (const client of [first, second, third]) {
    assert.equal(client.pending, '')
    client.abort()
  }
})

test('6. the publish paths and their errors', async () => {
  assert.deepEqual(await post('/realm/x/publish/test', '{"items":[]}'), [200, 'Published\n'])
  assert.deepEqual(await post('/publish/test/', 'nojson'), [400, 'Body is not valid JSON.\n'])
  const noLength = await ask(gateway.publishPort, 'POST /publish/test/ HTTP/1.1\r\nHost: localhost\r\n\r\n')
  assert.equal(noLength.code, 411)
  assert.deepEqual(await post('/other', '{}'), [404, 'Not Found\n'])
  const noItems = await post('/publish/test/', '{"noitems":1}')
  assert.deepEqual(noItems, [400, "Invalid format: object does not contain 'items'\n"])
})

test('7. what a held request cannot use, and what cannot be read, stops nothing', async () => {
  const client = await hold()
  await post('/publish/test/', '{"items":[{"http-stream":{"content":"x"}}]}')
  await push.send('garbage')
  await push.send('54:7:channel,4:test,13:http-response,16:4:body,6:hello\n,}}')
  assert.deepEqual(shown(await client.response()), HELLO)
  client.abort()
})

test('8. a stream gets its content piece by piece', async () => {
  backend.answer(jsonInstruct({ hold: { mode: 'stream', channels: [{ name: 'piece' }] } }, 'application/fo-instruct'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/stream'))
  await held(gateway, 'piece')
  for (const content of ['one', 'two']) {
    await post('/publish/piece/', JSON.stringify({ items: [{ 'http-stream': { content } }] }))
    await client.until(content)
  }
  assert.ok(client.pending.endsWith('\r\n\r\n3\r\none\r\n3\r\ntwo\r\n'))
  client.abort()
})

test('9. an unknown host and a backend that is down get an error, and the gateway lives', async () => {
  const unknown = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: unknown.example\r\n\r\n')
  assert.deepEqual([unknown.code, unknown.body], [502, 'Route not found\n'])
  const own = await startBackend()
  const target = `127.0.0.1:${own.port}`
  await own.stop()
  writeFileSync(join(dirname(gateway.routesFile), 'domains'), `down.example ${target}\n`)
  await until(async () => {
    const down = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: down.example\r\n\r\n')
    return down.code === 502 && down.body === 'Error while proxying to origin.\n'
  }, 'the answer for a backend that is down')
  assert.equal((await ask(gateway.port, get('/plain'))).code, 200)
})

test('10. a changed domains file is used without a restart', async () => {
  writeFileSync(join(dirname(gateway.routesFile), 'domains'), `down.example 127.0.0.1:${backend.port}\n`)
  await until(
    async () => (await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: down.example\r\n\r\n')).code === 200,
    'the new target',
  )
})
