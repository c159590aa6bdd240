import { optional, works } from '../key.ts'
import { bool, inputPort, integer, oneOf, path, seconds } from '../kinds.ts'
import { doorKeys } from './door-keys.ts'

export const pushdKeys = {
  ...doorKeys,
  /** Of text clients; those that frame by length are told by their first bytes. */
  dialect: works(oneOf('p1', 'p2'), 'p1'),
  /** Whether a message ends in a line feed in p1; undefined: unless `compat` is strict. */
  newline: optional(bool),
  /** Bytes of a command. */
  line_max: works(integer(1024, 1_048_576), '65536'),
  session_timeout: works(seconds(0), '120'),
  listen_backlog: works(integer(1, 65_535), '4096'),
  need_auth: works(bool, 'false'),
  apps_file: optional(path),
  /** Messages kept of a channel. */
  history_size: works(integer(0, 100_000), '1000'),
  history_ttl: works(seconds(1), '3600'),
  stats_port: works(inputPort, '9020'),
  long_polling_port: optional(inputPort),
  long_polling_session_timeout: works(seconds(1), '60'),
}
