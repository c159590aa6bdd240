// GRIP 9.4: the line of each request.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { get, held } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({
  routes: ['*,path_beg=/shop,id=shop BACKEND', '*,path_beg=/quiet,log_level=1 BACKEND', '*,path_beg=/gone 127.0.0.1:1'],
  config: { proxy: { log_from: true, log_user_agent: true } },
})
const TARGET = `127.0.0.1:${backend.port} from=127.0.0.1`

/** The line of the request, without its time. */
async function lineOf(path: string, last = ''): Promise<string> {
  const line = await gateway.log.waitFor(new RegExp(`\\[proxy\\] \\S+ http://localhost${path} .*${last}$`))
  return line.replace(/^\[INFO\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[proxy\] /, '')
}

test('what was asked, where it went, who asked, and what came of it', async () => {
  backend.answer(answer([], 'hello'))
  await ask(gateway.port, get('/plain'))
  assert.equal(await lineOf('/plain'), `GET http://localhost/plain -> ${TARGET} code=200 5`)
  const headers = ['Referer: http://from/', 'User-Agent: curl/8', 'Grip-Last: a; last-id=1, b; last-id=2']
  await ask(gateway.port, get('/shop', headers))
  const line = `GET http://localhost/shop -> ${TARGET} ref=http://from/ route=shop code=200 5 ua=curl/8 #a=1 #b=2`
  assert.equal(await lineOf('/shop'), line)
})

test('a hold has its line when it begins, and a long poll that is asked again says so', async () => {
  backend.answer(stream('log-stream'))
  const listener = await RawClient.connect(gateway.port)
  listener.send(get('/stream'))
  assert.equal(await lineOf('/stream'), `GET http://localhost/stream -> ${TARGET} accept`)
  backend.answer(longPoll('log-poll'))
  const poller = await RawClient.connect(gateway.port)
  poller.send(get('/poll'))
  assert.equal(await lineOf('/poll'), `GET http://localhost/poll -> ${TARGET} accept`)
  await held(gateway, 'log-poll')
  backend.answer(answer([], 'again'))
  await gateway.publish([{ channel: 'log-poll', formats: { 'http-response': { action: 'hint' } } }])
  assert.equal(await lineOf('/poll', 'retry'), `GET http://localhost/poll -> ${TARGET} code=200 5 retry`)
  for (const client of [listener, poller]) client.abort()
})

test('an error of the gateway has the bytes it sent; a client that left before has none', async () => {
  const { body } = await ask(gateway.port, get('/gone'))
  assert.equal(await lineOf('/gone'), `GET http://localhost/gone -> 127.0.0.1:1 from=127.0.0.1 code=502 ${body.length}`)
  backend.answer('')
  const client = await RawClient.connect(gateway.port)
  client.send(get('/left'))
  await backend.next()
  client.abort()
  assert.equal(await lineOf('/left'), `GET http://localhost/left -> ${TARGET} error`)
})

test('a route can be quieter than the rest', async () => {
  backend.answer(answer([], 'hello'))
  await ask(gateway.port, get('/quiet'))
  await ask(gateway.port, get('/after'))
  await lineOf('/after')
  assert.deepEqual(gateway.log.matching(/\/quiet/), [])
})
