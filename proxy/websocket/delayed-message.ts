import type { SendDelayed } from '../../shared/grip/control/control-message.ts'
import type { Timer, TimerWheel } from '../hold/timer-wheel.ts'

/** A message that the backend wants sent later (GRIP 7.3). Only one is kept: a new one sends that before it on its way. */
export class DelayedMessage {
  readonly #wheel: TimerWheel
  readonly #send: (message: SendDelayed) => void
  #message: SendDelayed | undefined
  #timer: Timer | undefined

  constructor(wheel: TimerWheel, send: (message: SendDelayed) => void) {
    this.#wheel = wheel
    this.#send = send
  }

  set(message: SendDelayed): void {
    this.flush()
    this.#message = message
    this.#timer = this.#wheel.after(message.timeout * 1000, () => this.flush())
  }

  /** Sends what there is at once. */
  flush(): void {
    const message = this.#message
    if (message === undefined) return
    this.stop()
    this.#send(message)
  }

  stop(): void {
    this.#message = undefined
    this.#timer?.cancel()
  }
}
