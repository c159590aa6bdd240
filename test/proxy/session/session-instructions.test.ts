import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Instructions } from '../../../proxy/forward/forward.ts'
import { SessionLink } from '../../../proxy/link/session-link.ts'
import { SessionInstructions } from '../../../proxy/session/session-instructions.ts'
import { Sessions } from '../../../proxy/session/sessions.ts'
import { clientExchange, GET } from '../accept/client-request.ts'

const NAMED = ['Grip-Session-Id', 's1', 'Grip-Last', 'a; last-id=1', 'Grip-Session-Detect', 'path-prefix=/; sid-ptr=']

interface Acting {
  readonly acted: string[]
  /** What was asked of the handler. */
  readonly calls: string[]
  /** The handler answers everything. */
  readonly answer: () => void
  readonly instructions: Instructions
}

function acting(): Acting {
  const acted: string[] = []
  const calls: string[] = []
  const requests: number[] = []
  const link = new SessionLink((request, call) => {
    requests.push(request)
    calls.push(call.method)
    return true
  })
  const inner: Instructions = {
    onWhole: () => (_, body) => void acted.push(body.toString()),
    onLarge: () => (_, start) => void acted.push(start.toString()),
  }
  const answer = (): void => {
    for (const request of requests) link.answered(request, null)
  }
  return { acted, calls, answer, instructions: new SessionInstructions(inner, new Sessions(link)) }
}

const head = (headers: string[]): { code: number; reason: string; headers: string[] } => ({
  code: 200,
  reason: '',
  headers,
})

test('a response is acted on when what it says of sessions is stored, so that the next request finds it', async () => {
  const { exchange } = await clientExchange(GET, { route: '*,session test' })
  const { acted, calls, answer, instructions } = acting()
  instructions.onWhole(exchange)(head(NAMED), Buffer.from('body'))
  await turn()
  assert.deepEqual(calls, ['set-rules', 'update'])
  assert.deepEqual(acted, [])
  answer()
  await turn()
  assert.deepEqual(acted, ['body'])
  assert.equal(exchange.session?.id, 's1')
})

test('a response to a client that has left meanwhile is not acted on', async () => {
  const { exchange, client } = await clientExchange(GET, { route: '*,session test' })
  const { acted, answer, instructions } = acting()
  instructions.onWhole(exchange)(head(NAMED), Buffer.from('body'))
  const closed = once(exchange.res, 'close')
  client.abort()
  await closed
  answer()
  await turn()
  assert.deepEqual(acted, [])
})

test('a response that says nothing of sessions does not wait, nor does any on a route without them', async () => {
  for (const [route, headers] of [
    ['*,session test', ['Grip-Hold', 'stream']],
    ['* test', NAMED],
  ] as const) {
    const { exchange } = await clientExchange(GET, { route })
    const { acted, calls, instructions } = acting()
    instructions.onWhole(exchange)(head([...headers]), Buffer.from('body'))
    assert.deepEqual(acted, ['body'])
    assert.deepEqual(calls, [])
    assert.equal(exchange.session, undefined)
  }
})

test('a response too large to keep is acted on at once', async () => {
  const { exchange } = await clientExchange(GET, { route: '*,session test' })
  const { acted, calls, answer, instructions } = acting()
  const flow = { pause() {}, resume() {}, abort() {} }
  instructions.onLarge(exchange)(head(NAMED), Buffer.from('start'), flow)
  assert.deepEqual(acted, ['start'])
  assert.deepEqual(calls, ['set-rules', 'update'])
  answer()
})
