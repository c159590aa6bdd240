// GRIP 2.3 and 2.4: every form of key that a gateway in front is known by.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { hs256Token } from '../support/token.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'

const SECRET = Buffer.from('00ff80c3286b6579', 'hex')
const ec = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'sec1', format: 'pem' },
})
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const files = { 'secret.hex': `${SECRET.toString('hex')}\n`, 'ec.pem': ec.publicKey, 'rsa.pem': rsa.publicKey }

const backend = await startBackend()
beforeEach(() => backend.reset())
after(() => backend.stop())

function claims(): object {
  return { iss: 'edge', exp: Math.floor(Date.now() / 1000) + 60 }
}

function signed(alg: string, privateKey: string): string {
  const parts = [{ typ: 'JWT', alg }, claims()].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))
  const text = parts.join('.')
  return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

async function trusts(gateway: Gateway, token: string): Promise<boolean> {
  backend.answer(answer(['Grip-Set-Meta: a=b'], 'x'))
  const response = await ask(gateway.port, get('/', [`Grip-Sig: ${token}`]))
  const request = await backend.next()
  const passed = request.values('grip-sig').join() === token
  assert.deepEqual(response.values('grip-set-meta'), passed ? ['a=b'] : [])
  return passed
}

const KEYS: readonly (readonly [what: string, key: string, token: () => string])[] = [
  ['text', 'text-key', () => hs256Token(claims(), 'text-key')],
  ['base64', `base64:${SECRET.toString('base64')}`, () => hs256Token(claims(), SECRET)],
  ['a file of hex digits', 'file:secret.hex', () => hs256Token(claims(), SECRET)],
  ['a file with the public half of an EC key', 'file:ec.pem', () => signed('ES256', ec.privateKey)],
  ['a file with the public half of an RSA key', 'file:rsa.pem', () => signed('RS256', rsa.privateKey)],
]

for (const [what, key, token] of KEYS) {
  test(`what a gateway in front has signed passes: ${what}`, async () => {
    const gateway = await startGateway({
      routes: [`* 127.0.0.1:${backend.port}`],
      config: { proxy: { upstream_key: key } },
      files,
    })
    try {
      assert.ok(await trusts(gateway, token()))
      assert.ok(!(await trusts(gateway, token().replace(/.{8}$/, 'AAAAAAAA'))))
      // The public half is no secret: whoever signs with it as if it were one is nobody.
      for (const pem of [ec.publicKey, rsa.publicKey]) assert.ok(!(await trusts(gateway, hs256Token(claims(), pem))))
      for (const [, , other] of KEYS.filter(([, candidate]) => candidate !== key)) {
        const same = key.includes('hex') || key.startsWith('base64:')
        if (!same) assert.ok(!(await trusts(gateway, other())))
      }
    } finally {
      await gateway.stop()
    }
  })
}
