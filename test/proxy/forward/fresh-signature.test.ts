import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { forwardOptions } from '../../../proxy/forward/forward-options.ts'
import type { ForwardOptions } from '../../../proxy/forward/forward-options.ts'
import { freshSignature } from '../../../proxy/forward/request-headers.ts'
import { loadSettings } from '../../../shared/config/settings.ts'
import { hs256Token, verifiedClaims } from '../../support/token.ts'
import { clientExchange } from '../accept/client-request.ts'

const options: ForwardOptions = {
  ...forwardOptions(loadSettings({ cwd: '/w', env: {} }).settings),
  upstreamKey: { algorithm: 'HS256', key: createSecretKey(Buffer.from('outer')) },
}
const now = Math.floor(Date.now() / 1000)

async function fresh(exp: number, route = '* test'): Promise<string | undefined> {
  const lines = ['GET / HTTP/1.1', 'Host: a', `Grip-Sig: ${hs256Token({ exp }, 'outer')}`, '', '']
  const { exchange } = await clientExchange(lines.join('\r\n'), { route, trusted: true })
  return freshSignature(exchange, options)
}

test('the signature of a gateway in front is kept while it is valid, then there is one of this gateway', async () => {
  assert.equal(await fresh(now + 60), undefined)
  const signature = await fresh(now - 60)
  assert.equal(verifiedClaims(signature ?? '', 'changeme')['iss'], 'pushpin')
})

test('on a route without GRIP there is none', async () => {
  assert.equal(await fresh(now - 60, '*,no_grip test'), undefined)
})
