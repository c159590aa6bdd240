import { randomBytes } from 'node:crypto'
import type { Timer, TimerWheel } from '../hold/timer-wheel.ts'
import { PING } from './frames/frame.ts'

/** Tells the pongs to these pings from those that are meant for the backend. */
const PAYLOAD = randomBytes(8)

export function isHeartbeat(payload: Buffer): boolean {
  return payload.equals(PAYLOAD)
}

/** A client whose silence is looked at. */
interface Watched {
  heard: boolean
  /** A ping would be taken for a part of what is just being sent. */
  readonly isInFrame: boolean
  /** The gateway itself does not listen, so silence says nothing. */
  readonly isPaused: boolean
  send(opcode: number, payload: Buffer): boolean
  destroy(): void
}

/** Finds clients that have gone without a word: who was silent is pinged, who stays silent is cut. */
export class Heartbeat {
  readonly #client: Watched
  readonly #wheel: TimerWheel
  readonly #interval: number
  readonly #onTime = (): void => this.#look()
  #isPinged = false
  #timer: Timer

  /** @param interval milliseconds of silence, once before the ping and once after it. */
  constructor(client: Watched, wheel: TimerWheel, interval: number) {
    this.#client = client
    this.#wheel = wheel
    this.#interval = interval
    this.#timer = wheel.after(interval, this.#onTime)
  }

  stop(): void {
    this.#timer.cancel()
  }

  #look(): void {
    const { heard, isInFrame, isPaused } = this.#client
    if (heard || isInFrame || isPaused) {
      this.#client.heard = false
      this.#isPinged = false
      // Its answer will not be read, but when the client is gone the system finds out.
      if (isPaused && !isInFrame) this.#client.send(PING, PAYLOAD)
    } else if (this.#isPinged) {
      this.#client.destroy()
      return
    } else {
      this.#isPinged = true
      this.#client.send(PING, PAYLOAD)
    }
    this.#timer = this.#wheel.after(this.#interval, this.#onTime)
  }
}
