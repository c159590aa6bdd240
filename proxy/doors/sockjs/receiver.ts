import type { Close } from './frames.ts'

/** Where the frames of a session go: a request that waits, a response that goes on, or a WebSocket. */
export interface Receiver {
  /** A frame may hold one message only. */
  readonly takesOneMessage: boolean
  /** It can be given a frame now; if not, the session is told when it drains. */
  readonly isReady: boolean
  /** @returns false when this was its last one */
  send(frame: string): boolean
  /** Says that the session is closed; its last frame. */
  close(close: Close): void
  /** The session is over and nobody has closed it. */
  fail(): void
}
