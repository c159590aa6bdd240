import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { event } from '../support/websocket-over-http-backend.ts'
import { held } from './held.ts'

const { gateway, backend } = await startBothForEvents({
  condition: '*,sockjs=/s',
  routes: ['*,path_beg=/none,sockjs=/none,no_grip BACKEND,over_http'],
})

async function post(path: string, body = ''): Promise<string> {
  const request = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  return (await ask(gateway.port, request)).body
}

test('a backend over HTTP serves SockJS clients, and publishes to them', async () => {
  backend.handle((request) => {
    const opens = request.events.includes('OPEN')
    const subscribes = event('TEXT', 'c:{"type":"subscribe","channel":"over-http"}')
    const said = request.events.filter((one) => one.startsWith('TEXT ')).map((one) => one.slice(5))
    const answer = opens ? event('OPEN') + subscribes : said.map((text) => event('TEXT', `m:<${text}>`)).join('')
    request.answer(answer, opens ? ['Sec-WebSocket-Extensions: grip'] : [])
  })
  assert.equal(await post('/s/0/a1/xhr'), 'o\n')
  await held(gateway, 'over-http')
  assert.equal((await backend.next()).value('connection-id')?.length, 36)
  assert.equal(await post('/s/0/a1/xhr_send', '["one","two"]'), 'ok')
  let received = ''
  while (!received.includes('<two>')) received += await post('/s/0/a1/xhr')
  assert.match(received, /^a\["<one>"(?:,|\]\na\[)"<two>"\]\n$/)
  await gateway.publish([{ channel: 'over-http', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await post('/s/0/a1/xhr'), 'a["published"]\n')
})

test('without GRIP, too, and in a framed WebSocket', async () => {
  backend.handle((request) => request.answer(request.events.includes('OPEN') ? event('OPEN') : event('TEXT', 'm:hi')))
  const client = await openWebSocket(gateway.port, '/none/0/b1/websocket')
  assert.equal(await client.next(), 'text o')
  client.sendText('["x"]')
  assert.equal(await client.next(), 'text a["m:hi"]')
  client.close(1000, 'bye')
  await until(
    () => backend.requests.some(({ events }) => events.some((one) => one.startsWith('CLOSE'))),
    'the close at the backend',
  )
})

test('a backend over HTTP that refuses is heard', async () => {
  backend.handle((request) => request.answerBytes('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'))
  assert.equal(await post('/s/0/c1/xhr'), 'no')
})
