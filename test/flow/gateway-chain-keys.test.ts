import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Gateway } from '../support/gateway.ts'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { startChain } from './gateway-chain.ts'
import { get, holdOn } from './held.ts'
import { answer, stream } from './origin-answer.ts'

const directory = mkdtempSync(join(tmpdir(), 'chain-keys-'))
const backend = await startBackend()
after(async () => {
  await backend.stop()
  rmSync(directory, { recursive: true })
})

function file(name: string, content: string): string {
  writeFileSync(join(directory, name), content)
  return `file:${join(directory, name)}`
}

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strange = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString()
const secret = '00ff10203040506070'

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Made without the code under test. */
function token(alg: string, claims: object, signer: (text: string) => Buffer): string {
  const signed = `${encode({ typ: 'JWT', alg })}.${encode(claims)}`
  return `${signed}.${signer(signed).toString('base64url')}`
}

const hmac = (key: string | Buffer) => (text: string) => createHmac('sha256', key).update(text).digest()
const es256 = (text: string): Buffer =>
  sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
const rs256 = (key: KeyObject) => (text: string) => sign('sha256', Buffer.from(text), key)
const inAnHour = { iss: 'outer', exp: Math.floor(Date.now() / 1000) + 3600 }

/** Whether a request with the signature passes with its GRIP headers. */
async function trusts(gateway: Gateway, signature: string): Promise<boolean> {
  backend.reset()
  backend.answer(answer(['Grip-Set-Meta: a=b']))
  const response = await ask(gateway.port, get('/', [`Grip-Sig: ${signature}`, 'Grip-Last: a; last-id=1']))
  const request = await backend.next()
  const passed = request.values('grip-sig').includes(signature)
  assert.equal(request.values('grip-last').length, passed ? 1 : 0)
  assert.equal(response.values('grip-set-meta').length, passed ? 1 : 0)
  return passed
}

interface Case {
  readonly what: string
  readonly signs: string
  readonly trusts: string
  readonly good: string
  /** Signatures that anybody could make, or that were good once. */
  readonly bad: Readonly<Record<string, string>>
}

const publicEc = pem(ec.publicKey)
const publicRsa = pem(rsa.publicKey)
const expired = { ...inAnHour, exp: inAnHour.exp - 7200 }

const cases: readonly Case[] = [
  {
    what: 'a secret in hex (HS256)',
    signs: file('secret', `${secret}\n`),
    trusts: file('secret-upper', secret.toUpperCase()),
    good: token('HS256', inAnHour, hmac(Buffer.from(secret, 'hex'))),
    bad: {
      'with the secret as text': token('HS256', inAnHour, hmac(secret)),
      'without exp': token('HS256', { iss: 'outer' }, hmac(Buffer.from(secret, 'hex'))),
      'with exp 0': token('HS256', { ...inAnHour, exp: 0 }, hmac(Buffer.from(secret, 'hex'))),
      'with exp -1': token('HS256', { ...inAnHour, exp: -1 }, hmac(Buffer.from(secret, 'hex'))),
      'with exp as text': token('HS256', { ...inAnHour, exp: String(inAnHour.exp) }, hmac(Buffer.from(secret, 'hex'))),
      'that has expired': token('HS256', expired, hmac(Buffer.from(secret, 'hex'))),
      'of no algorithm': token('none', inAnHour, () => Buffer.of()),
      'of no algorithm, signed': token('none', inAnHour, hmac(Buffer.from(secret, 'hex'))),
      'of another algorithm': token('HS512', inAnHour, (text) =>
        createHmac('sha512', Buffer.from(secret, 'hex')).update(text).digest(),
      ),
      'cut short': token('HS256', inAnHour, hmac(Buffer.from(secret, 'hex'))).slice(0, -4),
      'with something behind it': `${token('HS256', inAnHour, hmac(Buffer.from(secret, 'hex')))}.x`,
      'that is no token': '..',
      'whose claims are no object': token('HS256', [1], hmac(Buffer.from(secret, 'hex'))),
    },
  },
  {
    what: 'an EC key (ES256)',
    signs: file('ec', pem(ec.privateKey)),
    trusts: file('ec.pub', publicEc),
    good: token('ES256', inAnHour, es256),
    bad: {
      'made with the public key as a secret': token('HS256', inAnHour, hmac(publicEc)),
      'made with the trimmed public key as a secret': token('HS256', inAnHour, hmac(publicEc.trim())),
      'made with the public key as a secret, said to be ES256': token('ES256', inAnHour, hmac(publicEc)),
      'in DER': token('ES256', inAnHour, (text) => sign('sha256', Buffer.from(text), ec.privateKey)),
      'of zeros': token('ES256', inAnHour, () => Buffer.alloc(64)),
      'that has expired': token('ES256', expired, es256),
      'of no algorithm': token('none', inAnHour, () => Buffer.of()),
    },
  },
  {
    what: 'an RSA key (RS256)',
    signs: file('rsa', pem(rsa.privateKey)),
    trusts: file('rsa.pub', publicRsa),
    good: token('RS256', inAnHour, rs256(rsa.privateKey)),
    bad: {
      'made with the public key as a secret': token('HS256', inAnHour, hmac(publicRsa)),
      'made with the public key as a secret, said to be RS256': token('RS256', inAnHour, hmac(publicRsa)),
      'made with another key': token('RS256', inAnHour, rs256(strange.privateKey)),
      'that has expired': token('RS256', expired, rs256(rsa.privateKey)),
      'of no algorithm': token('none', inAnHour, () => Buffer.of()),
    },
  },
]

for (const { what, signs, trusts: key, good, bad } of cases) {
  test(`the inner gateway trusts what the outer one signs with ${what}, and nothing else`, async () => {
    const { outer, inner, stop } = await startChain(
      backend.port,
      { config: { proxy: { sig_key: signs } } },
      { config: { proxy: { upstream_key: key } } },
    )
    try {
      backend.reset()
      backend.answer(stream('chained'))
      const client = await holdOn(outer, 'chained')
      client.abort()
      assert.equal(await trusts(inner, good), true)
      for (const [kind, signature] of Object.entries(bad)) {
        assert.equal(await trusts(inner, signature), false, `a signature ${kind}`)
      }
    } finally {
      await stop()
    }
  })
}

test("a route's key file that changes counts when the routes are read again", async () => {
  const keys = [ec, generateKeyPairSync('ec', { namedCurve: 'P-256' })] as const
  const path = file('rotated', pem(keys[0].privateKey))
  const gateway = await startGateway({ routes: [`*,sig_key=${path} 127.0.0.1:${backend.port}`] })
  /** Which of the keys verifies the signature of a request. */
  const signer = async (): Promise<number> => {
    backend.reset()
    await ask(gateway.port, get('/'))
    const [signature = ''] = (await backend.next()).values('grip-sig')
    const end = signature.lastIndexOf('.')
    const mac = Buffer.from(signature.slice(end + 1), 'base64url')
    const text = Buffer.from(signature.slice(0, end))
    return keys.findIndex(({ publicKey }) => verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, mac))
  }
  try {
    assert.equal(await signer(), 0)
    file('rotated', pem(keys[1].privateKey))
    gateway.signal('SIGHUP')
    await until(
      async () => (await signer()) === 1,
      () => `the new key:\n${gateway.log.toString()}`,
    )
  } finally {
    await gateway.stop()
  }
})
