import type { Timer, TimerWheel } from '../../../hold/timer-wheel.ts'
import { heartbeatUnit } from './packet-writer.ts'

/** Milliseconds from an echo to the next heartbeat. */
const INTERVAL = 10_000

/** Milliseconds a client has for its echo. */
const ECHO_TIMEOUT = 8000

/** What a connection needs to be watched. */
interface Watched {
  write(units: string): void
  /** The client did not echo in time. */
  lost(): void
}

/** Numbered units that a socket.io 0.6 client has to echo: how it is found out that one has gone without a word. */
export class Heartbeats {
  readonly #client: Watched
  readonly #wheel: TimerWheel
  #count = 0
  #isEchoDue = false
  #timer: Timer

  constructor(client: Watched, wheel: TimerWheel) {
    this.#client = client
    this.#wheel = wheel
    this.#timer = this.#wait()
  }

  /** An echo of an older heartbeat says nothing of the last one, and a second one of the same, which would cost a timer each, nothing new. */
  echoed(number: string): void {
    if (!this.#isEchoDue || number !== String(this.#count)) return
    this.#isEchoDue = false
    this.#timer.cancel()
    this.#timer = this.#wait()
  }

  stop(): void {
    this.#isEchoDue = false
    this.#timer.cancel()
  }

  #wait(): Timer {
    return this.#wheel.after(INTERVAL, () => {
      this.#isEchoDue = true
      this.#timer = this.#wheel.after(ECHO_TIMEOUT, () => this.#client.lost())
      // Last, since it may find the client too slow, which ends all this.
      this.#client.write(heartbeatUnit(++this.#count))
    })
  }
}
