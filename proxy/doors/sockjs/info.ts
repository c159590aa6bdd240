import { randomBytes } from 'node:crypto'

/** What the gateway can, and 32 random bits for browsers that have no good source of their own. */
export function info(): string {
  const entropy = randomBytes(4).readUInt32BE()
  return JSON.stringify({ cookie_needed: false, entropy, origins: ['*:*'], websocket: true })
}
