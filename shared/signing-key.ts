import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A key for signing or checking JWTs, with the one algorithm it is used with (GRIP 2.3). */
export interface SigningKey {
  readonly algorithm: 'HS256' | 'ES256' | 'RS256'
  /** A secret, or a private or public key. */
  readonly key: KeyObject
}

/**
 * Makes a key of a key string: `base64:DATA`, `file:PATH` (PEM, or a secret in hex), PEM or a secret as it is.
 *
 * @param baseDirectory what a relative PATH is relative to
 * @returns undefined for the empty string, which means: no key
 * @throws {Error} one sentence, when there is a key string but no usable key in it
 */
export function loadSigningKey(text: string, baseDirectory: string): SigningKey | undefined {
  if (text === '') return undefined
  if (text.startsWith('file:')) return loadKeyFile(resolve(baseDirectory, text.slice('file:'.length)))
  // Taken for a secret, a public key would let anybody who has it sign.
  if (text.startsWith(PEM)) return inlineKey(text)
  if (!text.startsWith('base64:')) return secretKey(Buffer.from(text))
  const secret = Buffer.from(text.slice('base64:'.length), 'base64')
  if (secret.length === 0) throw new Error('the base64 signing key is empty')
  return secretKey(secret)
}

const PEM = '-----BEGIN'

function inlineKey(pem: string): SigningKey {
  try {
    return pemKey(pem)
  } catch (error) {
    throw new Error(`unable to use the PEM signing key: ${(error as Error).message}`, { cause: error })
  }
}

function loadKeyFile(path: string): SigningKey {
  try {
    const content = readFileSync(path, 'utf8').trim()
    return content.startsWith(PEM) ? pemKey(content) : hexKey(content)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`unable to use signing key file ${path}: ${reason}`, { cause: error })
  }
}

function hexKey(hex: string): SigningKey {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) throw new Error('neither PEM nor hex')
  return secretKey(Buffer.from(hex, 'hex'))
}

function secretKey(secret: Buffer): SigningKey {
  return { algorithm: 'HS256', key: createSecretKey(secret) }
}

function pemKey(pem: string): SigningKey {
  const key = pem.includes('PRIVATE KEY-----') ? createPrivateKey(pem) : createPublicKey(pem)
  if (key.asymmetricKeyType === 'rsa') return { algorithm: 'RS256', key }
  // ES256 is defined for this one curve; others would sign, and every verifier would refuse.
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return { algorithm: 'ES256', key }
  throw new Error('neither an RSA nor a P-256 key')
}
