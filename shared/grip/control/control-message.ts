/**
 * What a WebSocket backend tells the gateway to do with the connection, in a text that begins with `c:` (GRIP 7.3).
 * A parsed message is complete and checked, but for the limits that depend on what the connection already has.
 */
export type ControlMessage =
  | Subscribe
  | Unsubscribe
  | { readonly type: 'detach' }
  | Session
  | SetMeta
  | KeepAlive
  | SendDelayed
  | { readonly type: 'flush-delayed' }

export interface Subscribe {
  readonly type: 'subscribe'
  /** As the backend wrote it, without the route's prefix. Never empty. */
  readonly channel: string
  /** Of any number: whoever subscribes must check it, because too many close the client instead of being ignored. */
  readonly filters: readonly string[]
}

export interface Unsubscribe {
  readonly type: 'unsubscribe'
  readonly channel: string
}

export interface Session {
  readonly type: 'session'
  /** Undefined ends the session. */
  readonly id: string | undefined
}

export interface SetMeta {
  readonly type: 'set-meta'
  /** Never empty. */
  readonly name: string
  /** Undefined removes it. */
  readonly value: string | undefined
}

export interface KeepAlive {
  readonly type: 'keep-alive'
  readonly messageType: MessageType
  /** Undefined turns the keep-alive off; empty content is sent. */
  readonly content: Buffer | undefined
  /** Seconds, at least 1. */
  readonly timeout: number
  /** `idle` counts from the last frame sent to the client, `interval` runs regardless. */
  readonly mode: 'idle' | 'interval'
}

export interface SendDelayed {
  readonly type: 'send-delayed'
  readonly messageType: MessageType
  readonly content: Buffer
  /** Seconds, at least 1. */
  readonly timeout: number
}

/** The content of `ping` and `pong` fits into their frames. */
export type MessageType = 'text' | 'binary' | 'ping' | 'pong'
