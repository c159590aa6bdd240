import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import type { EventRequest } from '../support/websocket-over-http-backend.ts'
import { openOverHttp } from './open-over-http.ts'

const { gateway, backend } = await startBothForEvents()

/** What the backend is reminded of, by name. */
function meta({ request }: EventRequest): Record<string, string> {
  const found: Record<string, string> = {}
  for (const line of request.headers) {
    const [, name = '', value = ''] = /^meta-([^:]+): *(.*)$/i.exec(line) ?? []
    if (name !== '') found[name.toLowerCase()] = value
  }
  return found
}

test('what the backend stores comes back with every later request, until it is changed or removed', async () => {
  const { client, open } = await openOverHttp(gateway, backend, {
    answer: ['Set-Meta-User: alice', 'Set-Meta-Role: admin, "x"; y'],
  })
  assert.deepEqual(meta(open), {})
  const steps: [expected: Record<string, string>, answer: string[]][] = [
    [{ user: 'alice', role: 'admin, "x"; y' }, []],
    [{ user: 'alice', role: 'admin, "x"; y' }, ['Set-Meta-User: bob', 'set-meta-new: 1']],
    [{ user: 'bob', role: 'admin, "x"; y', new: '1' }, ['Set-Meta-Role: ', 'Set-Meta-Unknown: ']],
    [{ user: 'bob', new: '1' }, []],
  ]
  for (const [expected, answer] of steps) {
    client.sendText('a')
    const request = await backend.next()
    assert.deepEqual(meta(request), expected)
    request.answer('', answer)
  }
  client.vanish()
  const last = await backend.next()
  assert.equal(last.body, 'DISCONNECT\r\n')
  assert.deepEqual(meta(last), { user: 'bob', new: '1' })
})

test('each connection has its own', async () => {
  const first = await openOverHttp(gateway, backend, { answer: ['Set-Meta-User: alice'] })
  const second = await openOverHttp(gateway, backend)
  second.client.sendText('a')
  assert.deepEqual(meta(await backend.next()), {})
  first.client.sendText('a')
  assert.deepEqual(meta(await backend.next()), { user: 'alice' })
})

test('it is not told to the client', async () => {
  const { client } = await openOverHttp(gateway, backend, { answer: ['Set-Meta-User: alice'] })
  assert.doesNotMatch(client.response.bytes, /alice/)
})
