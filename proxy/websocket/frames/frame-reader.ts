import { INVALID_DATA, TOO_LARGE } from './close-code.ts'
import { FrameError } from './frame-error.ts'
import { checkClosePayload, checkStart, readLength } from './frame-rules.ts'
import type { FrameRules } from './frame-rules.ts'
import { CLOSE, TEXT } from './frame.ts'
import type { FrameHead } from './frame.ts'
import { mask } from './mask.ts'
import { Utf8Check } from './utf8-check.ts'

/**
 * Hears what a FrameReader reads. A piece or payload is the sink's to keep and change; it is a part of what was pushed, all of which
 * stays in memory as long as the piece.
 */
export interface FrameSink {
  /** A data frame begins. */
  begin(head: FrameHead): void
  /** Some of its payload, unmasked and never empty. */
  data(piece: Buffer): void
  /** The data frame is whole. */
  end(): void
  /** A control frame is whole; what a close frame says has been checked. */
  control(opcode: number, payload: Buffer): void
}

const NO_FRAME = -1
const LONGEST_HEAD = 14
const NOTHING: Buffer = Buffer.alloc(0)

/**
 * Reads the frames of one peer, handing payload on as it comes. Between frames it holds no bytes, except those of a head that is
 * not whole. After a close frame, an error, or a sink that threw, it ignores what comes.
 */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #rules: FrameRules
  #paused = false
  #over = false
  /** A sink call may be under way, so nothing may be read now. */
  #reading = false
  /** What has come meanwhile, in order. */
  #kept: Buffer[] | undefined
  #partOfHead: Uint8Array | undefined

  /** The frame being read, its payload bytes to come, and the key for the next of them. */
  #opcode = NO_FRAME
  #fin = false
  #left = 0
  #key = 0
  /** The payload of a control frame, which is handed on whole. */
  #payload = NOTHING

  /** A message has begun and has frames to come; control frames may stand between them. */
  #inMessage = false
  #messageLength = 0
  /** Only while a message is read that has to be UTF-8; of a compressed one that cannot be seen here. */
  #text: Utf8Check | undefined

  constructor(sink: FrameSink, rules: FrameRules) {
    this.#sink = sink
    this.#rules = rules
  }

  /**
   * Reads all it can. The bytes belong to the reader from now on, and are unmasked where they are.
   *
   * @throws {FrameError} and is over, as after anything a sink throws
   */
  push(bytes: Buffer): void {
    if (this.#over) return
    if (this.#paused || this.#reading) this.#keep(bytes)
    else this.#read(bytes)
  }

  /** Until `resume` no sink is called, even for the frame at hand; what is pushed is kept, without limit. */
  pause(): void {
    this.#paused = true
  }

  /**
   * Goes on with what was kept, at once; when called by a sink, after it has returned.
   *
   * @throws {FrameError} as `push` does
   */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#reading) this.#read(NOTHING)
  }

  get paused(): boolean {
    return this.#paused
  }

  #keep(bytes: Buffer): void {
    this.#kept ??= []
    this.#kept.push(bytes)
  }

  #read(bytes: Buffer): void {
    this.#reading = true
    try {
      this.#readFrames(bytes)
      while (this.#kept !== undefined && !this.#paused) {
        const next = this.#kept.shift()
        if (next === undefined) this.#kept = undefined
        else this.#readFrames(next)
      }
    } catch (error) {
      this.#over = true
      throw error
    } finally {
      this.#reading = false
      // A connection may stay for a while after its last frame.
      if (this.#over) this.#kept = undefined
    }
  }

  #readFrames(bytes: Buffer): void {
    let at = 0
    while (!this.#paused && !this.#over) {
      if (this.#opcode !== NO_FRAME && this.#left === 0) this.#endFrame()
      else if (at === bytes.length) return
      else at = this.#opcode === NO_FRAME ? this.#readHead(bytes, at) : this.#readPayload(bytes, at)
    }
    if (this.#paused && at < bytes.length) this.#kept = [bytes.subarray(at), ...(this.#kept ?? [])]
  }

  /** @returns where the bytes go on behind the head, or behind what there is of it */
  #readHead(bytes: Buffer, at: number): number {
    const before = this.#partOfHead
    if (before === undefined) {
      const size = this.#takeHead(bytes, at)
      if (size > 0) return at + size
      // A copy, so that a few bytes do not keep all that came with them in memory.
      this.#partOfHead = new Uint8Array(bytes.subarray(at))
      return bytes.length
    }
    const more = bytes.subarray(at, at + LONGEST_HEAD - before.length)
    const head = new Uint8Array(before.length + more.length)
    head.set(before)
    head.set(more, before.length)
    const size = this.#takeHead(head, 0)
    this.#partOfHead = size > 0 ? undefined : head
    return size > 0 ? at + size - before.length : bytes.length
  }

  /** Each rule is applied as soon as its bytes are there. @returns the size of the head, 0 while it is not whole */
  #takeHead(bytes: Uint8Array, at: number): number {
    const available = bytes.length - at
    if (available < 2) return 0
    const first = bytes[at]!
    const second = bytes[at + 1]!
    checkStart(first, second, this.#rules, this.#inMessage)
    const form = second & 0x7f
    const keyAt = form < 126 ? 2 : form === 126 ? 4 : 10
    if (available < keyAt) return 0
    const length = form < 126 ? form : readLength(bytes, at + 2, form)
    const opcode = first & 0x0f
    if (opcode < CLOSE && this.#messageLength + length > this.#rules.maxMessage) {
      throw new FrameError(TOO_LARGE, `a message is larger than ${this.#rules.maxMessage} bytes`)
    }
    const size = this.#rules.masked ? keyAt + 4 : keyAt
    if (available < size) return 0
    this.#key = this.#rules.masked ? bigEndian(bytes, at + keyAt) : 0
    this.#beginFrame(first, length)
    return size
  }

  #beginFrame(first: number, length: number): void {
    const opcode = first & 0x0f
    this.#opcode = opcode
    this.#left = length
    if (opcode >= CLOSE) return
    const compressed = (first & 0x40) !== 0
    this.#fin = (first & 0x80) !== 0
    this.#inMessage = true
    this.#messageLength += length
    if (opcode === TEXT && !compressed) this.#text = new Utf8Check()
    if (length === 0) this.#checkTextEnd()
    this.#sink.begin({ opcode, fin: this.#fin, compressed, length })
  }

  /** @returns where the bytes go on behind the payload */
  #readPayload(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    if (this.#key !== 0) this.#key = mask(bytes, at, end, this.#key)
    const piece = bytes.subarray(at, end)
    this.#left -= piece.length
    if (this.#opcode >= CLOSE) this.#addToControl(piece)
    else {
      if (this.#text?.push(piece) === false) throw notUtf8()
      // Before the sink has it: what is handed on whole is text.
      if (this.#left === 0) this.#checkTextEnd()
      this.#sink.data(piece)
    }
    return end
  }

  #addToControl(piece: Buffer): void {
    if (this.#payload.length === 0) {
      if (this.#left === 0) {
        this.#payload = piece
        return
      }
      // Not from the pool, so that a connection that stops here holds no more than its few bytes.
      this.#payload = Buffer.allocUnsafeSlow(piece.length + this.#left)
    }
    piece.copy(this.#payload, this.#payload.length - this.#left - piece.length)
  }

  #endFrame(): void {
    const opcode = this.#opcode
    this.#opcode = NO_FRAME
    if (opcode >= CLOSE) this.#endControl(opcode)
    else {
      if (this.#fin) this.#endMessage()
      this.#sink.end()
    }
  }

  #endControl(opcode: number): void {
    const payload = this.#payload
    this.#payload = NOTHING
    if (opcode === CLOSE) {
      checkClosePayload(payload)
      // RFC 6455 5.5.1: nothing follows a close frame.
      this.#over = true
    }
    this.#sink.control(opcode, payload)
  }

  /** When a frame has no more payload to come: the last of a text must not end within a character. */
  #checkTextEnd(): void {
    if (this.#fin && this.#text?.end() === false) throw notUtf8()
  }

  #endMessage(): void {
    this.#text = undefined
    this.#inMessage = false
    this.#messageLength = 0
  }
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function notUtf8(): FrameError {
  return new FrameError(INVALID_DATA, 'a text is not UTF-8')
}
