/** One of the events that `application/websocket-events` bodies consist of, in both directions (GRIP 7.4). */
export type WebSocketEvent =
  | { readonly type: 'OPEN' }
  /** A whole message, or a ping or pong; the content of these fits into their frames. */
  | { readonly type: 'TEXT' | 'BINARY' | 'PING' | 'PONG'; readonly content: Buffer }
  | {
      readonly type: 'CLOSE'
      /**
       * Any 16-bit number, as the other side gave it. Not all may be sent on in a close frame: a widespread backend
       * library writes 0 when it was given none.
       */
      readonly code: number | undefined
      /** UTF-8 that fits into a close frame; empty without a code. */
      readonly reason: Buffer
    }
  /** The connection is gone without a close. */
  | { readonly type: 'DISCONNECT' }

/** Whether nothing of the connection is left behind it; for a backend that opens twice as well. */
export function isEnd({ type }: WebSocketEvent): boolean {
  return type === 'CLOSE' || type === 'DISCONNECT' || type === 'OPEN'
}
