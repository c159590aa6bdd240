import { optional, works } from '../key.ts'
import { bool, key, list, oneOf, path, text } from '../kinds.ts'
import { doorKeys } from './door-keys.ts'

/** Who decides what a client of pusud may read and write. */
export const authenticators = ['None', 'PasswordAuthenticator', 'JWT', 'HTTP'] as const

export const pusudKeys = {
  ...doorKeys,
  /** YAML, as pusud itself had it; it is instead of all the keys below. */
  settings_file: optional(path),
  authenticator: optional(oneOf(...authenticators)),
  /** Patterns; empty: all channels. */
  allowed_channels: works(list(text), ''),
  allow_read_by_default: works(bool, 'false'),
  passwords_file: optional(path),
  jwt_verification_key: works(key, ''),
  /** Empty: the one that the key is for. */
  jwt_signing_algorithms: works(list(text), ''),
  http_url: works(text, ''),
}
