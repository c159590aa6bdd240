import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { startChain } from './gateway-chain.ts'
import type { Chain } from './gateway-chain.ts'

const backend = await startBackend()
after(() => backend.stop())

const CLIENT = '127.0.0.2'
const CLAIMED = 'X-Forwarded-For: 6.6.6.6, 7.7.7.7'

/** What the backend is told of a client that claims to be somebody else. */
async function told(port: number, name: string, ...headers: readonly string[]): Promise<string[]> {
  const client = await RawClient.connect(port, CLIENT)
  client.send(['GET / HTTP/1.1', 'Host: a', ...headers, '', ''].join('\r\n'))
  await client.response()
  client.abort()
  return (await backend.next()).values(name)
}

/** The rules of the outer gateway, those of the inner one, and what the backend gets through both. */
const cases: [outer: object, inner: object, through: string[]][] = [
  [{}, {}, [CLIENT]],
  [{}, { x_forwarded_for_trusted: 'append' }, [`${CLIENT}, 127.0.0.1`]],
  [{}, { x_forwarded_for_trusted: 'truncate:0' }, []],
  [{}, { x_forwarded_for: 'truncate:0', x_forwarded_for_trusted: 'truncate:1' }, [CLIENT]],
  [{ x_forwarded_for: 'append' }, { x_forwarded_for_trusted: 'truncate:2' }, [`7.7.7.7, ${CLIENT}`]],
  [{ x_forwarded_for: 'truncate:1,append' }, { x_forwarded_for_trusted: '' }, [`7.7.7.7, ${CLIENT}`]],
  [
    { x_forwarded_for: '' },
    { x_forwarded_for: 'truncate:0', x_forwarded_for_trusted: 'append' },
    ['6.6.6.6, 7.7.7.7, 127.0.0.1'],
  ],
]

for (const [outerRules, innerRules, through] of cases) {
  const words = `${JSON.stringify(outerRules)} and then ${JSON.stringify(innerRules)}`
  test(`with ${words} the backend is told ${through.join() || 'nothing'}`, async () => {
    const chain = await startChain(
      backend.port,
      { config: { proxy: { ...outerRules } } },
      { config: { proxy: { ...innerRules } } },
    )
    try {
      assert.deepEqual(await told(chain.outer.port, 'x-forwarded-for', CLAIMED), through)
    } finally {
      await chain.stop()
    }
  })
}

let secure: Chain | undefined
after(() => secure?.stop())

test('that the client came over TLS is told through an inner gateway that accepts it', async () => {
  const proxy = { accept_x_forwarded_protocol: true }
  secure = await startChain(backend.port, { config: { proxy } }, { config: { proxy } })
  assert.deepEqual(await told(secure.outer.port, 'x-forwarded-proto', 'X-Forwarded-Proto: https'), ['https'])
})

test('the rules for clients, not those for gateways, hold for who comes to the inner gateway directly', async () => {
  assert.ok(secure !== undefined)
  assert.deepEqual(await told(secure.inner.port, 'x-forwarded-for', CLAIMED, 'Grip-Sig: forged'), [CLIENT])
})
