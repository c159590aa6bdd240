// GRIP 2.3: every form of key that requests are signed with.
import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { verifiedClaims } from '../support/token.ts'
import { get } from './held.ts'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): string {
  return key.export({ format: 'pem', type } as { format: 'pem'; type: 'pkcs8' }).toString()
}

// Of these bytes not every one is text.
const SECRET = Buffer.from('00ff80c3286b6579', 'hex')

const { gateway, backend } = await startBoth({
  config: { proxy: { sig_iss: 'global', sig_key: 'global-key' } },
  files: {
    'secret.hex': `  ${SECRET.toString('hex').toUpperCase()}  \n\n`,
    'ec.pem': pem(ec.privateKey, 'sec1'),
    'ec-pkcs8.pem': pem(ec.privateKey, 'pkcs8'),
    'rsa.pem': pem(rsa.privateKey, 'pkcs1'),
    'rsa-pkcs8.pem': pem(rsa.privateKey, 'pkcs8'),
  },
  routes: [
    'text.example,sig_iss=route,sig_key=text-key BACKEND',
    `base64.example,sig_iss=route,sig_key=base64:${SECRET.toString('base64')} BACKEND`,
    'hex.example,sig_iss=route,sig_key=file:secret.hex BACKEND',
    'ec.example,sig_iss=route,sig_key=file:ec.pem BACKEND',
    'ec-pkcs8.example,sig_iss=route,sig_key=file:ec-pkcs8.pem BACKEND',
    'rsa.example,sig_iss=route,sig_key=file:rsa.pem BACKEND',
    'rsa-pkcs8.example,sig_iss=route,sig_key=file:rsa-pkcs8.pem BACKEND',
    'key-only.example,sig_key=text-key BACKEND',
    'name-only.example,sig_iss=route BACKEND',
  ],
})

async function tokenFor(host: string): Promise<string> {
  assert.equal((await ask(gateway.port, get('/').replace('localhost', host))).code, 200)
  const tokens = (await backend.next()).values('grip-sig')
  assert.equal(tokens.length, 1)
  return tokens[0] ?? ''
}

function part(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>
}

function assertClaims(claims: Record<string, unknown>, iss: string): void {
  assert.deepEqual(Object.keys(claims).toSorted(), ['exp', 'iss'])
  assert.equal(claims['iss'], iss)
  assert.ok(Number.isInteger(claims['exp']))
}

const SECRETS: readonly (readonly [what: string, host: string, secret: Buffer, iss: string])[] = [
  ['the text itself', 'text.example', Buffer.from('text-key'), 'route'],
  ['base64', 'base64.example', SECRET, 'route'],
  ['a file of hex digits beside the routes file', 'hex.example', SECRET, 'route'],
  ["the config file's, with the route's name", 'name-only.example', Buffer.from('global-key'), 'route'],
  ["the route's, with the config file's name", 'key-only.example', Buffer.from('text-key'), 'global'],
]

for (const [what, host, secret, iss] of SECRETS) {
  test(`a secret can be ${what}`, async () => {
    assertClaims(verifiedClaims(await tokenFor(host), secret), iss)
  })
}

const PAIRS: readonly (readonly [host: string, algorithm: string, key: KeyObject])[] = [
  ['ec.example', 'ES256', ec.publicKey],
  ['ec-pkcs8.example', 'ES256', ec.publicKey],
  ['rsa.example', 'RS256', rsa.publicKey],
  ['rsa-pkcs8.example', 'RS256', rsa.publicKey],
]

for (const [host, algorithm, key] of PAIRS) {
  test(`with the key of ${host} requests are signed with ${algorithm}`, async () => {
    const token = await tokenFor(host)
    assert.deepEqual(part(token, 0), { typ: 'JWT', alg: algorithm })
    assertClaims(part(token, 1), 'route')
    const [header = '', claims = '', signature = ''] = token.split('.')
    const signed = Buffer.from(`${header}.${claims}`)
    // JSON Web Signatures are r and s one after the other, not a DER sequence of both (RFC 7518 3.4).
    const how = { key, dsaEncoding: 'ieee-p1363' } as const
    assert.ok(verify('sha256', signed, how, Buffer.from(signature, 'base64url')))
  })
}
