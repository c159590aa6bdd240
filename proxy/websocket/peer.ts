import type { Socket } from 'node:net'
import type { FrameCounter } from '../observe/traffic.ts'
import { bytesWaiting, quickWrite } from '../send/quick-write.ts'
import { closePayload } from './frames/close-payload.ts'
import { FrameError } from './frames/frame-error.ts'
import { FrameReader } from './frames/frame-reader.ts'
import type { FrameSink } from './frames/frame-reader.ts'
import type { FrameRules } from './frames/frame-rules.ts'
import { frame, frameHead } from './frames/frame-writer.ts'
import { CLOSE, PING, PONG } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import { isHeartbeat } from './heartbeat.ts'
import { maskedFrame, MaskedFrame } from './frames/masked-frame.ts'

/** Hears what a peer sends, and how it is. It can be changed: a connection outlives the one it was relayed to. */
export interface PeerOwner extends FrameSink {
  /** It takes more again, after `false`. */
  drained(): void
  /** The connection is gone, whoever ended it. */
  closed(): void
}

/** Before it has an owner, and when it has failed, nothing that a peer says matters. */
const NOBODY: PeerOwner = { begin() {}, data() {}, end() {}, control() {}, drained() {}, closed() {} }

/** Milliseconds without a byte that a peer has to answer a close, or to close a connection that is over. */
const CLOSE_TIMEOUT = 5000

/** Milliseconds until such a connection is cut although bytes go on coming: a peer that never stops talking could hold it for ever. */
const CLOSE_LIMIT = 60_000

const PEER = Symbol('WebSocket peer of a socket')

interface PeerSocket extends Socket {
  [PEER]?: Peer
}

/**
 * One end of a WebSocket connection, client or backend: reads and writes its frames. Which of both it is, `rules.masked` says: a client masks
 * what it sends, and a backend has to be sent masked frames (RFC 6455 5.1).
 */
export class Peer implements FrameSink {
  owner: PeerOwner = NOBODY
  /** Something has come since this was last set to false. */
  heard = true
  /** It gets compressed what is worth it, and what it sends compressed is to be inflated. */
  compresses = false
  readonly #socket: PeerSocket
  readonly #rules: FrameRules
  readonly #counter: FrameCounter | undefined
  readonly #reader: FrameReader
  #masking: MaskedFrame | undefined
  /** Bytes that the data frame at hand still lacks; until it has them nothing else can be sent. */
  #lacking = 0
  /** Control frames that wait for its end. */
  #later: Buffer[] | undefined
  #pauses = 0
  #closeSent = false
  #closeLimit: NodeJS.Timeout | undefined

  /** @param counter of what passes as frames; not of what is shared with others, nor of heartbeats */
  constructor(socket: Socket, rules: FrameRules, counter?: FrameCounter) {
    this.#socket = socket
    this.#counter = counter
    this.#rules = rules
    this.#reader = new FrameReader(this, rules)
    this.#socket[PEER] = this
    for (const [event, listener] of LISTENERS) socket.on(event, listener)
  }

  /** @param early what has come before. */
  start(early: readonly Buffer[] = []): void {
    for (const bytes of early) this.received(bytes)
    if (this.#pauses === 0) this.#socket.resume()
  }

  /** Bytes that were written and not taken by the system yet. */
  get waiting(): number {
    return bytesWaiting(this.#socket)
  }

  /** A close frame was sent: nothing may follow it. */
  get isClosing(): boolean {
    return this.#closeSent || this.#socket.destroyed
  }

  /** In the middle of a frame that is being sent: whatever else was sent now would be taken for its payload. */
  get isInFrame(): boolean {
    return this.#lacking > 0
  }

  get isPaused(): boolean {
    return this.#pauses > 0
  }

  /** Begins a data frame whose payload follows in pieces. @returns as `writePiece` does: empty frames alone can fill a peer, too. */
  beginFrame({ opcode, length, fin, compressed }: FrameHead): boolean {
    this.#lacking = length
    this.#counter?.frameSent(length, fin)
    if (this.#rules.masked) return this.#write(frameHead(opcode, length, { fin, compressed }))
    this.#masking = new MaskedFrame(opcode, length, { fin, compressed })
    return this.#write(this.#masking.head)
  }

  /** @param piece belongs to the peer from now on. @returns false when it is to be given no more until its owner hears `drained`. */
  writePiece(piece: Buffer): boolean {
    this.#lacking -= piece.length
    const takesMore = this.#write(this.#masking === undefined ? piece : this.#masking.mask(piece))
    if (this.#lacking > 0 || this.#later === undefined) return takesMore
    const later = Buffer.concat(this.#later)
    this.#later = undefined
    return this.#write(later)
  }

  /** Sends a whole frame; within another one, after that. */
  send(opcode: number, payload: Buffer): boolean {
    const isCounted = opcode !== CLOSE && (opcode !== PING || !isHeartbeat(payload))
    if (isCounted) this.#counter?.frameSent(payload.length, true)
    const bytes = this.#rules.masked ? frame(opcode, payload) : maskedFrame(opcode, payload)
    if (this.#lacking === 0) return this.#write(bytes)
    this.#later ??= []
    this.#later.push(bytes)
    return true
  }

  /** Sends whole frames that others are sent as well. */
  sendShared(frames: Buffer): void {
    if (!this.isClosing) quickWrite(this.#socket, frames)
  }

  /**
   * Sends a close frame; what follows is not sent. Whoever calls this must end the connection when the other close has come, or
   * `closeLate`. In the middle of a frame there is no place for one, and the connection ends without it.
   */
  sendClose(payload: Buffer): void {
    if (this.isClosing) return
    if (!this.isInFrame) this.send(CLOSE, payload)
    this.#closeSent = true
    if (this.isInFrame) this.finish()
  }

  /** Closes from this side: waits a while for the peer's close frame, which ends the connection. */
  close(code: number | undefined, reason: string): void {
    this.sendClose(closePayload(code, reason))
    this.closeLate()
  }

  /** Gives the peer a while to close. */
  closeLate(): void {
    this.#socket.setTimeout(CLOSE_TIMEOUT)
    if (this.#closeLimit !== undefined || this.#socket.destroyed) return
    this.#closeLimit = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT).unref()
    this.#socket.once('close', () => clearTimeout(this.#closeLimit))
  }

  /** Both have said close: RFC 6455 7.1.1. */
  finish(): void {
    this.#socket.end()
    this.closeLate()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Reads no more until `resume` was called as often. */
  pause(): void {
    if (this.#pauses++ > 0) return
    this.#reader.pause()
    this.#socket.pause()
  }

  resume(): void {
    if (--this.#pauses > 0) return
    this.#read(() => this.#reader.resume())
    if (this.#pauses === 0) this.#socket.resume()
  }

  // What the reader hears goes on to the owner of the moment.
  begin(head: FrameHead): void {
    this.#counter?.frameReceived(head.length, head.fin)
    this.owner.begin(head)
  }

  data(piece: Buffer): void {
    this.owner.data(piece)
  }

  end(): void {
    this.owner.end()
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === PONG && isHeartbeat(payload)) return
    if (opcode !== CLOSE) this.#counter?.frameReceived(payload.length, true)
    this.owner.control(opcode, payload)
  }

  /** For the socket's listeners. */
  received(bytes: Buffer): void {
    this.heard = true
    this.#read(() => this.#reader.push(bytes))
  }

  #read(read: () => void): void {
    try {
      read()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      // RFC 6455 7.1.7: the connection fails, with a word why; for the other end it is gone.
      const { owner } = this
      this.owner = NOBODY
      this.sendClose(closePayload(error.closeCode, error.message))
      this.finish()
      owner.closed()
    }
  }

  #write(bytes: Buffer): boolean {
    return this.isClosing || this.#socket.write(bytes)
  }
}

// One function for all connections, so that ten thousand of them have no closures.
const LISTENERS: ReadonlyArray<readonly [string, (this: PeerSocket, bytes: Buffer) => void]> = [
  ['data', onData],
  ['drain', onDrain],
  ['close', onClose],
  ['end', onLost],
  ['error', onLost],
  ['timeout', onLost],
]

function onData(this: PeerSocket, bytes: Buffer): void {
  this[PEER]?.received(bytes)
}

function onDrain(this: PeerSocket): void {
  this[PEER]?.owner.drained()
}

function onClose(this: PeerSocket): void {
  this[PEER]?.owner.closed()
}

function onLost(this: PeerSocket): void {
  this.destroy()
}
