import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadSigningKey } from '../../shared/signing-key.ts'

const directory = mkdtempSync(join(tmpdir(), 'keys-'))
after(() => rmSync(directory, { recursive: true }))

function loadFile(content: string) {
  writeFileSync(join(directory, 'key'), content)
  return loadSigningKey('file:key', directory)
}

test('the empty string is no key', () => assert.equal(loadSigningKey('', directory), undefined))

const secrets: [text: string, secret: string][] = [
  ['changeme', 'changeme'],
  ['é', 'é'],
  ['base64:Y2hhbmdlbWU=', 'changeme'],
]

for (const [text, secret] of secrets) {
  test(`the key string ${text} is a secret`, () => {
    const signingKey = loadSigningKey(text, directory)
    assert.equal(signingKey?.algorithm, 'HS256')
    assert.equal(signingKey.key.export().toString(), secret)
  })
}

test('a file that is not PEM holds a secret in hex', () => {
  const signingKey = loadFile(' 6368616E67656d65\n')
  assert.equal(signingKey?.algorithm, 'HS256')
  const expected = createHmac('sha256', 'changeme').update('x').digest('hex')
  assert.equal(createHmac('sha256', signingKey.key).update('x').digest('hex'), expected)
})

test('an absolute path is not taken relative to the config file', () => {
  writeFileSync(join(directory, 'absolute'), 'ff')
  assert.ok(loadSigningKey(`file:${join(directory, 'absolute')}`, '/nowhere'))
})

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
// What openssl writes before an EC key it generates.
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'

const pems = [
  ['ES256', 'SEC1', ec.privateKey.export({ type: 'sec1', format: 'pem' })],
  ['ES256', 'SEC1 with parameters', parameters + ec.privateKey.export({ type: 'sec1', format: 'pem' })],
  ['ES256', 'PKCS#8', ec.privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['RS256', 'PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })],
  ['RS256', 'PKCS#8', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })],
] as const

for (const [algorithm, form, pem] of pems) {
  test(`a private key in ${form} signs with ${algorithm}`, () => {
    const signingKey = loadFile(String(pem))
    assert.equal(signingKey?.algorithm, algorithm)
    const { publicKey } = algorithm === 'ES256' ? ec : rsa
    assert.ok(verify('sha256', Buffer.from('x'), publicKey, sign('sha256', Buffer.from('x'), signingKey.key)))
  })
}

const publicPems = [
  ['ES256', ec.publicKey.export({ type: 'spki', format: 'pem' })],
  ['RS256', rsa.publicKey.export({ type: 'spki', format: 'pem' })],
  ['RS256', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
] as const

for (const [algorithm, pem] of publicPems) {
  test(`a public key checks ${algorithm}: ${String(pem).slice(0, 26)}`, () => {
    const signingKey = loadFile(String(pem))
    assert.equal(signingKey?.algorithm, algorithm)
    assert.equal(signingKey.key.type, 'public')
  })
}

test('a key that is written out is not taken for a secret', () => {
  const key = loadSigningKey(String(ec.publicKey.export({ type: 'spki', format: 'pem' })), directory)
  assert.deepEqual([key?.algorithm, key?.key.type], ['ES256', 'public'])
  assert.throws(() => loadSigningKey('-----BEGIN PUBLIC KEY-----\nMII', directory), {
    message: /^unable to use the PEM signing key: /,
  })
})

const broken: [what: string, content: string][] = [
  ['an empty file', ''],
  ['text that is not hex', 'secret'],
  ['half a byte of hex', 'abc'],
  ['a cut PEM', '-----BEGIN PRIVATE KEY-----\nMII'],
  ['a PEM of something else', '-----BEGIN X-----\n-----END X-----'],
  [
    'another curve',
    String(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' })),
  ],
  ['another algorithm', String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))],
]

for (const [what, content] of broken) {
  test(`${what} is refused, and the file named`, () => {
    assert.throws(() => loadFile(content), { message: /^unable to use signing key file .*key: / })
  })
}

test('a file that is not there is refused', () => {
  assert.throws(() => loadSigningKey('file:none', directory), {
    message: /^unable to use signing key file .*none: ENOENT/,
  })
})

test('base64 of nothing is refused, since anyone could sign with it', () => {
  assert.throws(() => loadSigningKey('base64:', directory), { message: 'the base64 signing key is empty' })
})
