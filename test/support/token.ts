import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'

/** A JSON Web Token signed with a secret (RFC 7515, HS256), made without the code under test. */
export function hs256Token(claims: object, secret: string | Buffer): string {
  const signed = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
  return `${signed}.${sign(signed, secret)}`
}

/** The claims of a token; fails the test unless it is signed with the secret. */
export function verifiedClaims(token: string, secret: string | Buffer): Record<string, unknown> {
  const [header = '', claims = '', signature = ''] = token.split('.')
  assert.deepEqual(decode(header), { typ: 'JWT', alg: 'HS256' })
  assert.equal(signature, sign(`${header}.${claims}`, secret))
  return decode(claims)
}

function sign(text: string, secret: string | Buffer): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
}
