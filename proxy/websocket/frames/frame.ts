/*
 * The opcodes of WebSocket frames (RFC 6455 5.2). From CLOSE on they are control frames; all others are reserved.
 */
export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

/** By the names that GRIP has for them (GRIP 4.5, 7.3). */
export const OPCODES = { text: TEXT, binary: BINARY, ping: PING, pong: PONG } as const

/** What the head of a data frame says, apart from the masking key. */
export interface FrameHead {
  readonly opcode: number
  /** The last frame of its message. */
  readonly fin: boolean
  /** The message is compressed (RFC 7692); said by its first frame only. */
  readonly compressed: boolean
  /** Bytes of payload. */
  readonly length: number
}
