import type { Socket } from 'node:net'
import { FrameSplitter, joinFrames } from './frame-splitter.ts'

export interface FrameSocketEvents {
  /** A frame has come, whole and in its order. */
  frame(frame: Buffer): void
  /** The connection is gone, whoever ended it; what was sent last may not have arrived. Called once. */
  closed(): void
}

/**
 * One connection between a worker and the handler, of either end. The queue of what is to be sent has no bound: a worker puts in no
 * more than it holds and what its doors' clients publish, which it bounds, the handler no more than a worker's window.
 */
export class FrameSocket {
  readonly #socket: Socket
  #waiting: Buffer[] = []

  /** @param socket connected, or going to be. */
  constructor(socket: Socket, events: FrameSocketEvents) {
    this.#socket = socket
    const splitter = new FrameSplitter((frame) => events.frame(frame))
    socket.on('data', (bytes) => splitter.push(bytes))
    // What went wrong makes no difference: 'close' follows.
    socket.on('error', () => {})
    socket.once('close', () => events.closed())
  }

  send(frame: Buffer): void {
    // Not at once: what else this turn of the event loop sends goes along, in one write.
    if (this.#waiting.push(frame) === 1) setImmediate(() => this.#write())
  }

  /** Bytes that were sent and that the system has not taken. */
  get waiting(): number {
    return this.#socket.writableLength
  }

  close(): void {
    this.#socket.destroy()
  }

  #write(): void {
    const frames = this.#waiting
    this.#waiting = []
    if (this.#socket.writable) this.#socket.write(joinFrames(frames))
  }
}
