import type { HeaderList } from '../item/publish-item.ts'

/** What a backend's response tells the gateway to do with the client's request (GRIP 3). */
export interface Instruct {
  readonly hold: 'none' | 'response' | 'stream'
  readonly channels: readonly HoldChannel[]
  /** Seconds until a response hold is answered with `response`. */
  readonly timeout: number
  readonly keepAlive: KeepAlive | undefined
  /** Values that filters look at (GRIP 4.7). */
  readonly meta: Readonly<Record<string, string>>
  readonly nextLink: { readonly uri: string; readonly timeout: number } | undefined
  readonly goneLink: { readonly uri: string } | undefined
  /** What the client is sent: at once for a stream or no hold, at the timeout for a response hold. */
  readonly response: InstructResponse
}

export interface HoldChannel {
  /** As the backend wrote it, without the route's prefix. */
  readonly name: string
  readonly prevId: string | undefined
  readonly filters: readonly string[]
}

export interface KeepAlive {
  readonly content: Buffer
  /** `idle` counts from the last byte sent, `interval` runs regardless. */
  readonly mode: 'idle' | 'interval'
  /** Seconds, at least 1. */
  readonly timeout: number
}

export interface InstructResponse {
  readonly code: number
  readonly reason: string
  /** Without `Grip-*`, `Connection`, `Keep-Alive`, `Content-Encoding`, `Transfer-Encoding` and `Content-Length`. */
  readonly headers: HeaderList
  readonly body: Buffer
}
