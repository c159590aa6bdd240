import { optional, works } from '../key.ts'
import { bool, inputPort, integer, path, text } from '../kinds.ts'
import { doorKeys } from './door-keys.ts'

export const msgbusKeys = {
  ...doorKeys,
  /** Only opened with a cert_file. */
  ssl_port: works(inputPort, '4444'),
  /** PEM file with certificate and private key. */
  cert_file: optional(path),
  /** Password that lets any user name in; empty for none. */
  secret: works(text, ''),
  /** Users with passwords of their own, and the channels of each. */
  users_file: optional(path),
  document_root: optional(path),
  /** Without any authentication: whether messages carry the user name that their publisher gives. */
  trust_unverified_sender: works(bool, 'false'),
  /** Channels whose last message new subscribers are sent first; 0 for none. */
  last_messages: works(integer(0, 1_000_000), '0'),
}
