import type { RawHeaders } from './raw-headers.ts'

/** Head of a backend's response. */
export interface ResponseHead {
  readonly code: number
  readonly reason: string
  readonly headers: RawHeaders
}

/** How fast a backend is listened to. */
export interface Flow {
  pause(): void
  resume(): void
  /** Closes the connection to the backend. */
  abort(): void
}

/** Takes a backend's response, after its head: relays it to the client, or reads it as an instruction. */
export interface ResponseSink {
  data(chunk: Buffer): void
  end(trailers: RawHeaders): void
  /** The backend failed before the end. */
  fail(): void
}
