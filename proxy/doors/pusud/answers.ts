/*
 * What the door itself says to its clients; everything else they get was published.
 */
export const HELLO = Buffer.from('{"type":"hello"}')
export const AUTHORIZATION_OK = Buffer.from('{"type":"authorization_ok"}')
export const AUTHORIZATION_FAILED = Buffer.from('{"type":"authorization_failed"}')
export const PERMISSION_DENIED = Buffer.from('{"type":"permission_denied"}')
export const UNKNOWN_MESSAGE = Buffer.from('{"type":"unknown_message_received"}')

/** The original named no channel here, although its client for Go waits for it. */
export const STRICT_SUBSCRIBE_OK = Buffer.from('{"type":"subscribe_ok"}')

export function subscribeOk(channel: string): Buffer {
  return Buffer.from(`{"type":"subscribe_ok","channel":${JSON.stringify(channel)}}`)
}
