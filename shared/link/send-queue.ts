/** The part of a ZeroMQ socket that sends; it takes one `send` at a time and rejects a second with EBUSY. */
interface SendingSocket {
  send(message: Array<Buffer | string>): Promise<void>
}

/**
 * Sends frames through a ZeroMQ socket: in order per receiver, and everything that waits for one receiver in one multipart
 * message. The queue itself has no bound: a worker puts in no more than it holds, the handler no more than a worker's window.
 */
export class SendQueue {
  readonly #socket: SendingSocket
  readonly #onError: (receiver: string, error: Error) => void
  #waiting = new Map<string, Buffer[]>()
  #sending = false

  /** @param onError told which receiver's frames were not sent: `EHOSTUNREACH` when a ROUTER does not know it (any more). */
  constructor(socket: SendingSocket, onError: (receiver: string, error: Error) => void) {
    this.#socket = socket
    this.#onError = onError
  }

  /** @param receiver the peer's routing id on a ROUTER; empty on a socket that has one peer. */
  push(frame: Buffer, receiver = ''): void {
    const frames = this.#waiting.get(receiver)
    if (frames === undefined) this.#waiting.set(receiver, [frame])
    else frames.push(frame)
    if (!this.#sending) {
      this.#sending = true
      // Not at once: what else this turn of the event loop sends goes along.
      setImmediate(() => void this.#drain())
    }
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) {
      const waiting = this.#waiting
      this.#waiting = new Map()
      for (const [receiver, frames] of waiting) {
        try {
          await this.#socket.send(receiver === '' ? frames : [receiver, ...frames])
        } catch (error) {
          this.#onError(receiver, error as Error)
        }
      }
    }
    this.#sending = false
  }
}
