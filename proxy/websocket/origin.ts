/** The backend's end of a WebSocket, as far as its hold needs it. */
export interface Origin {
  /** What the backend says next has to wait until `resume`. */
  pause(): void
  resume(): void
  /** Lets go of the backend; the client stays (GRIP 7.3). */
  detach(): void
  /** Lets go of the backend, because the client is being closed. */
  close(): void
  /** Asks a backend that is spoken to over HTTP whether it has something to say; false for any other (GRIP 7.4). */
  refresh(): boolean
}
