import { createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import type { SigningKey } from './signing-key.ts'

/** Makes a signed token (RFC 7519) with the header that GRIP gateways send: `typ` and `alg`. */
export function signToken(claims: Readonly<Record<string, string | number>>, key: SigningKey): string {
  const signed = `${encode({ typ: 'JWT', alg: key.algorithm })}.${encode(claims)}`
  return `${signed}.${signature(signed, key).toString('base64url')}`
}

/** The claims of a token that the key verifies, that names the key's algorithm, and that has not expired; else undefined. */
export function verifyToken(
  token: string,
  key: SigningKey,
  now = Date.now(),
): Readonly<Record<string, unknown>> | undefined {
  const [header, payload, mac, rest] = token.split('.')
  if (header === undefined || payload === undefined || mac === undefined || rest !== undefined) return undefined
  try {
    // The algorithm is the key's, never the sender's choice.
    if (decode(header)['alg'] !== key.algorithm) return undefined
    if (!isSignature(Buffer.from(mac, 'base64url'), `${header}.${payload}`, key)) return undefined
    const claims = decode(payload)
    const expires = claims['exp']
    return typeof expires === 'number' && expires * 1000 > now ? claims : undefined
  } catch {
    return undefined
  }
}

function signature(text: string, { algorithm, key }: SigningKey): Buffer {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(text).digest()
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
}

function isSignature(mac: Buffer, text: string, signingKey: SigningKey): boolean {
  const { algorithm, key } = signingKey
  if (algorithm !== 'HS256') return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, mac)
  const expected = signature(text, signingKey)
  return mac.length === expected.length && timingSafeEqual(mac, expected)
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}
