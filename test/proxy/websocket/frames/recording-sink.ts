import { FrameError } from '../../../../proxy/websocket/frames/frame-error.ts'
import { FrameReader } from '../../../../proxy/websocket/frames/frame-reader.ts'
import type { FrameSink } from '../../../../proxy/websocket/frames/frame-reader.ts'
import type { FrameRules } from '../../../../proxy/websocket/frames/frame-rules.ts'
import type { FrameHead } from '../../../../proxy/websocket/frames/frame.ts'

const NAMES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}

/** Notes what a reader says, one line a call; pieces that follow each other are one line, however they were cut. */
export class RecordingSink implements FrameSink {
  readonly calls: string[] = []
  /** Runs after each call. */
  after = (): void => {}

  begin({ opcode, fin, compressed, length }: FrameHead): void {
    this.#note(`${NAMES[opcode]} ${length}${fin ? '' : ' more'}${compressed ? ' compressed' : ''}`)
  }

  data(piece: Buffer): void {
    const last = this.calls.at(-1)
    if (last?.startsWith('data ')) this.calls.pop()
    this.#note(`${last?.startsWith('data ') ? last : 'data '}${piece.toString('latin1')}`)
  }

  end(): void {
    this.#note('end')
  }

  control(opcode: number, payload: Buffer): void {
    this.#note(`${NAMES[opcode]} '${payload.toString('latin1')}'`)
  }

  #note(call: string): void {
    this.calls.push(call)
    this.after()
  }
}

export const fromServer: FrameRules = { masked: false, deflate: false, maxMessage: 1000 }
export const fromClient: FrameRules = { ...fromServer, masked: true }

/** What a reader makes of the chunks, and the error it ends with. */
export function read(rules: FrameRules, chunks: readonly Buffer[]): { calls: string[]; error?: FrameError } {
  const sink = new RecordingSink()
  const reader = new FrameReader(sink, rules)
  try {
    for (const chunk of chunks) reader.push(Buffer.from(chunk))
    return { calls: sink.calls }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return { calls: sink.calls, error }
  }
}

/** Bytes from hexadecimal digits with spaces between them. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex')
}
