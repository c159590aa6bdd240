import { optional, works } from '../key.ts'
import { inputPort, ipAddress, oneOf, text } from '../kinds.ts'

/** What every door's section has. */
export const doorKeys = {
  /** Undefined: the door is closed. */
  port: optional(inputPort),
  listen: works(ipAddress, '127.0.0.1'),
  /** Put before its channel names on the bus. */
  prefix: works(text, ''),
  /** `strict` brings the original's defects back, except those of security. */
  compat: works(oneOf('safe', 'strict'), 'safe'),
}
