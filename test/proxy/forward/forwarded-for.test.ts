import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwardedFor } from '../../../proxy/forward/forwarded-for.ts'

const PEER = '10.0.0.1'

const cases: [
  what: string,
  received: string | undefined,
  rules: string[] | undefined,
  value: string,
  client: string,
][] = [
  ['by default a client cannot say where it comes from', '6.6.6.6', undefined, PEER, PEER],
  ['by default the peer is told', undefined, undefined, PEER, PEER],
  ['without rules what came is kept', '1.1.1.1,2.2.2.2', [], '1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ['without rules nothing is made up', undefined, [], '', PEER],
  ['append adds the peer at the end', '1.1.1.1', ['append'], '1.1.1.1, 10.0.0.1', '1.1.1.1'],
  ['truncate keeps the last', '6.6.6.6, 1.1.1.1, 2.2.2.2', ['truncate:2'], '1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ['truncate to more than came keeps all', '1.1.1.1', ['truncate:5'], '1.1.1.1', '1.1.1.1'],
  ['truncate to none keeps nothing', '6.6.6.6', ['truncate:0'], '', PEER],
  ['truncate goes before append', '6.6.6.6, 1.1.1.1', ['append', 'truncate:1'], '1.1.1.1, 10.0.0.1', '1.1.1.1'],
  ['empty elements are no addresses', ' , 1.1.1.1 ,,', [], '1.1.1.1', '1.1.1.1'],
  ['what is no address is passed on and not believed', 'unknown', [], 'unknown', PEER],
  ['an IPv6 address is one', '::1', ['append'], '::1, 10.0.0.1', '::1'],
]

for (const [what, received, rules, value, clientAddress] of cases) {
  test(what, () => assert.deepEqual(forwardedFor(received, PEER, rules), { value, clientAddress }))
}

test('a client on a Unix socket has no address to append', () => {
  assert.deepEqual(forwardedFor(undefined, '', ['append']), { value: '', clientAddress: '' })
})
