import type { FrameSink } from './frames/frame-reader.ts'
import { CONTINUATION } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import { CONTROL_LIMIT, judge, leadOf } from './grip-message.ts'
import type { Verdict } from './grip-message.ts'

/** Where the backend's messages go. */
export interface GripFilterSink extends FrameSink {
  /** A whole text that begins with `c:`. */
  controlMessage(text: Buffer): void
  dropped(): void
}

/** Tells a backend's messages for the client, whose prefix it takes off, from those for the gateway (GRIP 7.2). Keeps no payload but that. */
export class GripFilter implements FrameSink {
  readonly #prefix: Buffer
  readonly #sink: GripFilterSink
  /** Of the message at hand; undefined while too little of it has come. */
  #verdict: Verdict | undefined
  #head: FrameHead | undefined
  #collected: Buffer = NOTHING

  constructor(prefix: Buffer, sink: GripFilterSink) {
    this.#prefix = prefix
    this.#sink = sink
  }

  begin(head: FrameHead): void {
    this.#head = head
    if (head.opcode === CONTINUATION) {
      if (this.#verdict === 'relay') this.#sink.begin(head)
      return
    }
    this.#verdict = undefined
    if (head.length === 0) this.#decide(head)
  }

  data(piece: Buffer): void {
    const head = this.#head as FrameHead
    if (this.#verdict === 'relay') this.#sink.data(piece)
    if (this.#verdict === 'drop' || this.#verdict === 'relay') return
    this.#collected = this.#collected.length === 0 ? piece : Buffer.concat([this.#collected, piece])
    const wanted = Math.min(head.length, leadOf(this.#prefix))
    if (this.#verdict === undefined && this.#collected.length >= wanted) this.#decide(head)
  }

  end(): void {
    if (this.#verdict === 'relay') this.#sink.end()
    const text = this.#collected
    this.#collected = NOTHING
    if (this.#verdict !== 'control') return
    this.#verdict = 'drop'
    this.#sink.controlMessage(text)
  }

  control(opcode: number, payload: Buffer): void {
    this.#sink.control(opcode, payload)
  }

  /** GRIP 7.2: by the first frame of the message. */
  #decide(head: FrameHead): void {
    const lead = this.#collected
    this.#verdict = judge(head.opcode, lead, this.#prefix)
    // A control message is one frame; one in several is none.
    if (this.#verdict === 'control' && (!head.fin || head.length > CONTROL_LIMIT)) this.#verdict = 'drop'
    if (this.#verdict === 'control') return
    this.#collected = NOTHING
    if (this.#verdict === 'drop') {
      this.#sink.dropped()
      return
    }
    this.#sink.begin({ ...head, length: head.length - this.#prefix.length })
    if (lead.length > this.#prefix.length) this.#sink.data(lead.subarray(this.#prefix.length))
  }
}

const NOTHING: Buffer = Buffer.alloc(0)
