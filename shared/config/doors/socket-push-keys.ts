import { optional, works } from '../key.ts'
import { inputPort, ipAddress, list, milliseconds, oneOf, path, seconds, text } from '../kinds.ts'
import { doorKeys } from './door-keys.ts'

export const socketPushKeys = {
  ...doorKeys,
  /** PEM files; both, and browsers connect over TLS. */
  cert_file: optional(path),
  key_file: optional(path),
  /** Of the management API; undefined: there is none. */
  admin_port: works(inputPort, '8181'),
  admin_listen: works(ipAddress, '127.0.0.1'),
  /** Empty: whoever reaches the port may call, except browsers on behalf of other sites. */
  admin_token: works(text, ''),
  /** 0 for ever. */
  authentication_timeout_ms: works(milliseconds(0), '10000'),
  /** How long a user without a connection keeps its subscriptions. */
  remove_user_timeout_ms: works(milliseconds(0), '20000'),
  /** Seconds that a session id set by `auth.set` counts; 0 for ever. */
  auth_ttl: works(seconds(0), '0'),
  /** Patterns of channels that clients may subscribe to themselves; empty for none. */
  client_channels: works(list(text), ''),
  /** What a call without a result is answered with. */
  void_reply: works(oneOf('null', 'empty'), 'null'),
}
