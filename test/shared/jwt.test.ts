import assert from 'node:assert/strict'
import { createHmac, createPublicKey, createSecretKey, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { signToken, verifyToken } from '../../shared/jwt.ts'
import type { SigningKey } from '../../shared/signing-key.ts'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const secret: SigningKey = { algorithm: 'HS256', key: createSecretKey(Buffer.from('changeme')) }

const signers: Record<string, { signer: SigningKey; verifier: SigningKey }> = {
  HS256: { signer: secret, verifier: secret },
  ES256: { signer: { algorithm: 'ES256', key: ec.privateKey }, verifier: { algorithm: 'ES256', key: ec.publicKey } },
  RS256: { signer: { algorithm: 'RS256', key: rsa.privateKey }, verifier: { algorithm: 'RS256', key: rsa.publicKey } },
}

const NOW = 1_700_000_000_000
const claims = { iss: 'pushpin', exp: 1_700_000_001 }

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token signed with the secret, whatever it says. */
function forged(header: unknown, payload: unknown): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', 'changeme').update(signed).digest('base64url')}`
}

test('a secret signs the way every JWT library does', () => {
  assert.equal(
    signToken({ iss: 'pushpin', exp: 1_700_000_000 }, secret),
    'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJwdXNocGluIiwiZXhwIjoxNzAwMDAwMDAwfQ.' +
      'eZzQ_svkTutifWzQutoq4MtMJmYh8d6CDzAb83ycdqw',
  )
})

for (const [algorithm, { signer, verifier }] of Object.entries(signers)) {
  test(`${algorithm}: what is signed is verified, up to the second it expires`, () => {
    const token = signToken(claims, signer)
    assert.deepEqual(verifyToken(token, verifier, NOW), claims)
    assert.deepEqual(verifyToken(token, verifier, 1_700_000_000_999), claims)
    assert.equal(verifyToken(token, verifier, 1_700_000_001_000), undefined)
  })

  test(`${algorithm}: a changed claim is noticed`, () => {
    const [header, , mac] = signToken(claims, signer).split('.')
    assert.equal(verifyToken(`${header}.${encode({ ...claims, iss: 'other' })}.${mac}`, verifier, NOW), undefined)
  })

  test(`${algorithm}: a changed or missing signature is noticed`, () => {
    const [header, payload, mac = ''] = signToken(claims, signer).split('.')
    const other = (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1)
    for (const signature of [other, mac.slice(4), '']) {
      assert.equal(verifyToken(`${header}.${payload}.${signature}`, verifier, NOW), undefined)
    }
  })

  test(`${algorithm}: a token of another kind of key is not taken`, () => {
    for (const [other, { signer: otherSigner }] of Object.entries(signers)) {
      if (other !== algorithm) assert.equal(verifyToken(signToken(claims, otherSigner), verifier, NOW), undefined)
    }
  })
}

test('an EC signature has the 64 bytes that JWT wants, not the form of certificates', () => {
  const [header, payload, mac = ''] = signToken(claims, { algorithm: 'ES256', key: ec.privateKey }).split('.')
  const bytes = Buffer.from(mac, 'base64url')
  assert.equal(bytes.length, 64)
  const options = { key: ec.publicKey, dsaEncoding: 'ieee-p1363' } as const
  assert.ok(verify('sha256', Buffer.from(`${header}.${payload}`), options, bytes))
})

test('the header names type and algorithm', () => {
  for (const [algorithm, { signer }] of Object.entries(signers)) {
    const [header = ''] = signToken(claims, signer).split('.')
    assert.equal(Buffer.from(header, 'base64url').toString(), `{"typ":"JWT","alg":"${algorithm}"}`)
  }
})

test('a token without signature is not taken, whatever it calls that', () => {
  for (const alg of ['none', 'None', '']) {
    assert.equal(verifyToken(`${encode({ alg })}.${encode(claims)}.`, secret, NOW), undefined)
  }
})

test('an RSA public key, which everyone has, is no secret to sign with', () => {
  const pem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' })
  const token = signToken(claims, { algorithm: 'HS256', key: createSecretKey(Buffer.from(pem)) })
  assert.equal(verifyToken(token, { algorithm: 'RS256', key: rsa.publicKey }, NOW), undefined)
})

test('another secret does not verify', () => {
  const other: SigningKey = { algorithm: 'HS256', key: createSecretKey(Buffer.from('changeme2')) }
  assert.equal(verifyToken(signToken(claims, secret), other, NOW), undefined)
})

const noExpiry: [what: string, payload: unknown][] = [
  ['no exp', { iss: 'pushpin' }],
  ['exp of 0', { exp: 0 }],
  ['a negative exp', { exp: -1 }],
  ['exp as text', { exp: '99999999999' }],
  ['claims that are null', null],
  ['claims that are a list', [1]],
]

for (const [what, payload] of noExpiry) {
  test(`${what}: not valid, however well signed`, () => {
    assert.equal(verifyToken(forged({ typ: 'JWT', alg: 'HS256' }, payload), secret, NOW), undefined)
  })
}

test('a well signed token with a future exp is valid whatever else it holds', () => {
  const payload = { exp: 1_700_000_001, admin: true }
  assert.deepEqual(verifyToken(forged({ alg: 'HS256' }, payload), secret, NOW), payload)
})

for (const nonsense of ['', '.', '..', '...', 'a.b', 'a.b.c', 'a.b.c.d', '.'.repeat(1000), 'bnVsbA.bnVsbA.x']) {
  test(`${JSON.stringify(nonsense.slice(0, 20))} is no token, and no exception`, () => {
    assert.equal(verifyToken(nonsense, secret, NOW), undefined)
  })
}
