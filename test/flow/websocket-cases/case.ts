import { MASK } from '../../support/websocket-client.ts'
import { BINARY, CLOSE, closePayload, CONTINUATION, frameBytes, PING, PONG } from '../../support/websocket-frame.ts'
import type { FrameParts } from '../../support/websocket-frame.ts'

/*
 * The cases that the Autobahn test suite has for WebSocket servers, by its numbers. They are told again here, since the suite
 * itself needs a Python that is no longer made.
 */

/** What a client sends in one write, or, as a string, what has to have come before it goes on. */
export type Step = Buffer | string

export interface Case {
  /** The suite's. */
  readonly number: string
  readonly steps: readonly Step[]
  /** What comes back, in lines as `shown` makes them; before a failure all of it may be missing. */
  readonly answers: readonly string[]
  /**
   * How it ends. A code: the connection fails with it. `echo`: the close that the steps end with comes back. `normal`: the client
   * closes with 1000 when it has all answers.
   */
  readonly end: number | 'echo' | 'normal'
}

/** Everything comes back, and the connection is still good for a normal end. */
export function works(number: string, steps: readonly Step[], answers: readonly string[]): Case {
  return { number, steps, answers, end: 'normal' }
}

/** The client closes; nothing comes after the answer to that. */
export function closes(number: string, steps: readonly Step[], answers: readonly string[]): Case {
  return { number, steps, answers, end: 'echo' }
}

/** The connection fails. */
export function fails(number: string, code: number, steps: readonly Step[], answers: readonly string[] = []): Case {
  return { number, steps, answers, end: code }
}

export function text(payload: string | Buffer, parts: FrameParts = {}): Buffer {
  return frameBytes({ payload, mask: MASK, ...parts })
}

export function binary(payload: Buffer, parts: FrameParts = {}): Buffer {
  return text(payload, { opcode: BINARY, ...parts })
}

/** The first frame of a text in several. */
export function first(payload: string | Buffer): Buffer {
  return text(payload, { fin: false })
}

export function next(payload: string | Buffer): Buffer {
  return text(payload, { opcode: CONTINUATION, fin: false })
}

export function last(payload: string | Buffer): Buffer {
  return text(payload, { opcode: CONTINUATION })
}

export function ping(payload: string | Buffer = '', parts: FrameParts = {}): Buffer {
  return text(payload, { opcode: PING, ...parts })
}

export function pong(payload: string | Buffer = '', parts: FrameParts = {}): Buffer {
  return text(payload, { opcode: PONG, ...parts })
}

export function close(code?: number, reason?: string): Buffer {
  return closeWith(closePayload(code, reason))
}

export function closeWith(payload: Buffer, parts: FrameParts = {}): Buffer {
  return text(payload, { opcode: CLOSE, ...parts })
}

/** The same bytes in one write. */
export function together(...frames: readonly Buffer[]): Buffer[] {
  return [Buffer.concat(frames)]
}

/** The same bytes, each piece in its own write. */
export function chopped(size: number, ...frames: readonly Buffer[]): Buffer[] {
  const bytes = Buffer.concat(frames)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** A message in frames of that many bytes. */
export function fragments(opcode: number, payload: Buffer, size: number): Buffer[] {
  return chopped(size, payload).map((piece, at, all) =>
    text(piece, { opcode: at === 0 ? opcode : CONTINUATION, fin: at === all.length - 1 }),
  )
}
