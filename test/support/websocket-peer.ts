import type { Socket } from 'node:net'
import { until, within } from './until.ts'
import {
  BINARY,
  closePayload,
  CLOSE,
  CONTINUATION,
  frameBytes,
  PING,
  PONG,
  readFrame,
  shownFrame,
  TEXT,
} from './websocket-frame.ts'
import type { Frame, FrameParts } from './websocket-frame.ts'

/** A whole message, and in how many frames it came. */
export interface Message {
  readonly opcode: number
  readonly payload: Buffer
  readonly frames: number
}

/**
 * One end of a WebSocket after its handshake. It sends what the test says and keeps what comes, and makes nothing of it by
 * itself: it answers no ping and no close, and ends no connection.
 */
export class WebSocketPeer {
  readonly socket: Socket
  readonly #mask: Buffer | undefined
  /** Frames that no call has returned yet. */
  readonly #frames: Frame[] = []
  #pending: Buffer = Buffer.of()
  #ended = false
  #onFrame: (frame: Frame) => void = (frame) => this.#frames.push(frame)
  readonly #closed: Promise<unknown>

  /** @param mask what frames are masked with: clients must, servers must not */
  constructor(socket: Socket, mask?: Buffer) {
    this.socket = socket
    this.#mask = mask
    socket.on('end', () => {
      this.#ended = true
    })
    // A reset ends a connection too.
    socket.on('error', () => {})
    this.#closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        this.#ended = true
        resolve()
      })
    })
  }

  /** The other end has closed its direction, or the connection has broken. */
  get ended(): boolean {
    return this.#ended
  }

  /** Frames that came and were not taken yet, each in a line. */
  get waiting(): string[] {
    return this.#frames.map(shownFrame)
  }

  /** From now on, frames are told and not kept. */
  tell(onFrame: (frame: Frame) => void): void {
    this.#onFrame = onFrame
  }

  /** What of the socket's bytes belongs to frames; whoever reads the handshake hands it over. */
  read(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    for (;;) {
      const read = readFrame(this.#pending)
      if (read === undefined) return
      this.#pending = this.#pending.subarray(read.length)
      this.#onFrame(read.frame)
    }
  }

  /** The bytes of one frame, masked if this end does that. */
  bytesOf(parts: FrameParts): Buffer {
    return frameBytes(this.#mask === undefined ? parts : { mask: this.#mask, ...parts })
  }

  sendFrame(parts: FrameParts): void {
    this.sendBytes(this.bytesOf(parts))
  }

  sendText(payload: string): void {
    this.sendFrame({ payload })
  }

  sendBinary(payload: Buffer): void {
    this.sendFrame({ opcode: BINARY, payload })
  }

  ping(payload: string | Buffer = ''): void {
    this.sendFrame({ opcode: PING, payload })
  }

  pong(payload: string | Buffer = ''): void {
    this.sendFrame({ opcode: PONG, payload })
  }

  /** Sends a close frame, and nothing more. */
  close(code?: number, reason?: string): void {
    this.sendFrame({ opcode: CLOSE, payload: closePayload(code, reason) })
  }

  sendBytes(bytes: Buffer): void {
    this.socket.write(bytes)
  }

  /** Ends this end's direction only. */
  finish(): void {
    this.socket.end()
  }

  /** Is gone without a close frame. */
  vanish(): void {
    this.socket.destroy()
  }

  /** Takes the next frame, exactly as it came. */
  async nextFrame(limit?: number): Promise<Frame> {
    await until(
      () => this.#frames.length > 0 || this.#ended,
      () => `a frame; of one not complete ${this.#pending.length} bytes have come`,
      limit,
    )
    const frame = this.#frames.shift()
    if (frame === undefined) throw new Error(`closed before a frame, after ${this.#pending.length} bytes of it`)
    return frame
  }

  /** Takes the next frame; what it is, in a line. */
  async next(limit?: number): Promise<string> {
    return shownFrame(await this.nextFrame(limit))
  }

  /** Takes the frames of one text or binary message; other frames between them fail the test. */
  async nextMessage(limit?: number): Promise<Message> {
    const first = await this.nextFrame(limit)
    if (first.opcode !== TEXT && first.opcode !== BINARY) throw new Error(`not a message: ${shownFrame(first)}`)
    const frames = [first]
    while (frames.at(-1)?.fin === false) {
      const frame = await this.nextFrame(limit)
      if (frame.opcode !== CONTINUATION) throw new Error(`not a continuation: ${shownFrame(frame)}`)
      frames.push(frame)
    }
    const payload = Buffer.concat(frames.map((frame) => frame.payload))
    return { opcode: first.opcode, payload, frames: frames.length }
  }

  /** Waits for the end of the connection; what came and was not taken, each frame in a line. */
  async closed(limit?: number): Promise<string[]> {
    await within(this.#closed, `the end of the connection, after ${JSON.stringify(this.waiting)}`, limit)
    return this.waiting
  }
}
