import type { FrameCounter, Traffic } from './traffic.ts'

const MINUTE = 60

/** Counts the frames of a WebSocket's client, and as activity each of its minutes in which any passed (GRIP 9.1). */
export class ClientFrames implements FrameCounter {
  readonly #traffic: Traffic
  /** When a frame is activity again, in the seconds of the traffic: a first minute has counted with the handshake. */
  #activeFrom: number

  constructor(traffic: Traffic) {
    this.#traffic = traffic
    this.#activeFrom = traffic.seconds + MINUTE
  }

  frameReceived(bytes: number, endsMessage: boolean): void {
    this.#traffic.client.frameReceived(bytes, endsMessage)
    this.#passed()
  }

  frameSent(bytes: number, endsMessage: boolean): void {
    this.#traffic.client.frameSent(bytes, endsMessage)
    this.#passed()
  }

  #passed(): void {
    const { seconds } = this.#traffic
    if (seconds < this.#activeFrom) return
    this.#traffic.activeMinutes++
    this.#activeFrom += MINUTE * (Math.floor((seconds - this.#activeFrom) / MINUTE) + 1)
  }
}
