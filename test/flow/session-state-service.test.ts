import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Router } from 'zeromq'
import { decodeTnetstring, encodeTnetstring } from '../../shared/tnetstring.ts'
import type { TnetInput } from '../../shared/tnetstring.ts'
import { freePorts } from '../support/free-ports.ts'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { holdOn } from './held.ts'
import { answer, stream } from './origin-answer.ts'

/** Calls as they came, and what the service answers; undefined for nothing. */
const calls: string[] = []
let reply: (method: string) => TnetInput | undefined = () => null

const [port = 0] = await freePorts(1)
const router = new Router({ linger: 0 })

const { gateway, backend } = await startBoth({
  condition: '*,session',
  config: { handler: { state_spec: `tcp://127.0.0.1:${port}` } },
})
after(() => router.close())
// Only now: until the gateway has the port, somebody else could take the connection, and say nothing.
router.connect(`tcp://127.0.0.1:${port}`)
void serve()

async function serve(): Promise<void> {
  for await (const [address, , body] of router) {
    const call = decodeTnetstring(body as Buffer) as { id: Buffer; method: Buffer; args: TnetInput }
    const method = call.method.toString()
    const args = JSON.stringify(call.args, (_, value: unknown) => {
      const bytes = value as { type?: string; data?: number[] } | null
      return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString() : value
    })
    calls.push(`${method} ${args}`)
    const value = reply(method)
    if (value === undefined) continue
    await router.send([address as Buffer, '', encodeTnetstring({ id: call.id, success: true, value })])
  }
}

async function called(call: string): Promise<void> {
  await until(
    () => calls.includes(call),
    () => `${call} in\n${calls.join('\n')}`,
  )
}

const poll = 'POST /poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{"sid":"s1"}'
const rule = { domain: 'localhost', 'path-prefix': '/', 'sid-ptr': '/sid' }

test('sessions are kept by the service when there is one', async () => {
  const said = ['Grip-Session-Id: s1', 'Grip-Session-Detect: path-prefix=/; sid-ptr=/sid', 'Grip-Last: a; last-id=1']
  backend.answer(stream('a', said))
  const client = await holdOn(gateway, 'a')
  await called(`session-detect-rules-set {"rules":[${JSON.stringify(rule)}]}`)
  await called('session-create-or-update {"sid":"s1","last-ids":{"a":"1"}}')
  await gateway.publish([{ channel: 'a', id: '2', formats: { 'http-stream': { content: 'x' } } }])
  await client.until('x')
  await called('session-update-many {"sid-last-ids":{"s1":{"a":"2"}}}')
  client.abort()

  reply = (method) => (method === 'session-detect-rules-get' ? [rule] : { a: '9' })
  backend.reset()
  backend.answer(answer([]))
  await ask(gateway.port, poll)
  await called('session-detect-rules-get {"domain":"localhost","path":"/poll"}')
  await called('session-get-last-ids {"sid":"s1"}')
  const request = await backend.next()
  assert.deepEqual(request.values('grip-session-id'), ['s1'])
  assert.deepEqual(request.values('grip-last'), ['a; last-id=9'])
})

test('a service that does not answer costs a request a second, and its session', async () => {
  reply = () => undefined
  backend.answer(answer([], 'all the same'))
  const response = await ask(gateway.port, poll)
  assert.equal(response.body, 'all the same')
  const request = await backend.next()
  assert.equal(request.body, '{"sid":"s1"}')
  assert.deepEqual(request.values('grip-session-id'), [])
  await gateway.log.waitFor(/state service: session-detect-rules-get: no answer within a second/)
})
