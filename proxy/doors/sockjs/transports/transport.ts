/** How a transport writes its responses. */
export interface Format {
  readonly contentType: string
  /** Comes before the first frame. */
  readonly prelude: string
  encode(frame: string): string
}

/** A way for a session's frames to the client, by HTTP. */
export interface Transport {
  /** Methods with which it opens a session. */
  readonly methods: readonly string[]
  /** A response goes on with many frames; otherwise it has one. */
  readonly streams: boolean
  /** Its frames are given to a function that the client names. */
  readonly wantsCallback: boolean
  /** @param callback empty unless it is wanted */
  format(callback: string): Format
}
