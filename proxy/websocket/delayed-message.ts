import type { Timer, TimerWheel } from '../hold/timer-wheel.ts'

/** A message that the backend wants sent later (GRIP 7.3). Only one is kept: a new one sends that before it on its way. */
export class DelayedMessage {
  readonly #wheel: TimerWheel
  readonly #send: (bytes: Buffer) => void
  #bytes: Buffer | undefined
  #timer: Timer | undefined

  constructor(wheel: TimerWheel, send: (bytes: Buffer) => void) {
    this.#wheel = wheel
    this.#send = send
  }

  /** @param seconds until it is sent. */
  set(bytes: Buffer, seconds: number): void {
    this.flush()
    this.#bytes = bytes
    this.#timer = this.#wheel.after(seconds * 1000, () => this.flush())
  }

  /** Sends what there is at once. */
  flush(): void {
    const bytes = this.#bytes
    if (bytes === undefined) return
    this.stop()
    this.#send(bytes)
  }

  stop(): void {
    this.#bytes = undefined
    this.#timer?.cancel()
  }
}
