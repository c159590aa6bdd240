import { KeepAliveClock } from '../../hold/keep-alive.ts'
import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'
import type { ClientEnd, ClientEndOwner } from './client-end.ts'
import { ANOTHER_CONNECTION, CLIENT_CLOSED, HEARTBEAT, messagesFrame, OPEN } from './frames.ts'
import type { Close } from './frames.ts'
import type { Receiver } from './receiver.ts'

/** Milliseconds without a receiver after which a session ends, and that its close frame is kept. */
const PATIENCE = 5000

/** Seconds without a frame after which a client gets a heartbeat. */
const HEARTBEAT_INTERVAL = 25

/** Characters of messages that may wait here; what more there is waits where every WebSocket has it, and counts against its limit. */
const QUEUE_LIMIT = 65_536

/** One client's session over all its connections (GRIP 8.1). To the backend it is a WebSocket. */
export class Session implements ClientEndOwner {
  readonly #wheel: TimerWheel
  readonly #onEnd: () => void
  #end: ClientEnd | undefined
  #receiver: Receiver | undefined
  #saidOpen = false
  #messages: string[] = []
  #waiting = 0
  #isHeld = false
  #close: Close | undefined
  #isOver = false
  /** Who waits for sent messages to be taken over. */
  #onTaken: ((taken: boolean) => void) | undefined
  #heartbeat: KeepAliveClock | undefined
  #timer: Timer | undefined

  /** @param onEnd called when it is over: its name is free, and its WebSocket is to be cut if it still stands. */
  constructor(wheel: TimerWheel, onEnd: () => void) {
    this.#wheel = wheel
    this.#onEnd = onEnd
  }

  /** The backend has accepted. */
  get isOpen(): boolean {
    return this.#end !== undefined
  }

  /** It is closed: whatever its client asks for, it gets the close. */
  get closing(): Close | undefined {
    return this.#close
  }

  get isSending(): boolean {
    return this.#onTaken !== undefined
  }

  opened(end: ClientEnd): void {
    this.#end = end
    this.#flush()
  }

  /** The backend has refused, which is answered elsewhere. */
  refused(): void {
    this.#isOver = true
    this.#receiver = undefined
  }

  receive(receiver: Receiver): void {
    if (this.#receiver !== undefined) {
      receiver.close(ANOTHER_CONNECTION)
      return
    }
    this.#receiver = receiver
    if (this.#close === undefined) this.#timer?.cancel()
    if (this.isOpen) this.#flush()
  }

  /** The receiver takes more again. */
  receiverDrained(receiver: Receiver): void {
    if (receiver === this.#receiver) this.#flush()
  }

  /** The receiver's connection has ended: the client has closed the session. @param payload of its close frame */
  receiverClosed(receiver: Receiver, payload: Buffer = Buffer.alloc(0)): void {
    if (receiver !== this.#receiver) return
    this.#detach()
    if (this.#end === undefined) {
      this.#finish()
      return
    }
    this.#end.close(payload)
    this.#closed(CLIENT_CLOSED)
    // Nobody will fetch them; what comes now is not kept, but the backend's close has to be heard.
    this.#messages = []
    this.#waiting = 0
    this.#letGoOn()
  }

  /** The receiver's connection is gone, with everything. */
  receiverLost(receiver: Receiver): void {
    if (receiver === this.#receiver) this.#finish()
  }

  /** @param onTaken hears when the backend's side has the messages, or that it never will */
  send(messages: readonly string[], onTaken: (taken: boolean) => void): void {
    const end = this.#end
    if (end === undefined) {
      onTaken(false)
      return
    }
    let takesMore = true
    for (const message of messages) takesMore = end.send(message)
    if (takesMore) onTaken(true)
    else this.#onTaken = onTaken
  }

  drained(): void {
    this.#taken(true)
  }

  message(text: string): void {
    this.#messages.push(text)
    this.#waiting += text.length
    this.#flush()
    if (this.#waiting <= QUEUE_LIMIT || this.#isHeld) return
    this.#isHeld = true
    this.#end?.pause()
  }

  closed(code: number | undefined, reason: string): void {
    this.#closed({ code, reason })
    this.#flush()
  }

  lost(): void {
    this.#finish()
  }

  #closed(close: Close): void {
    this.#close = close
    this.#taken(false)
    this.#timer?.cancel()
    this.#timer = this.#wheel.after(PATIENCE, () => this.#finish())
  }

  /** Gives the receiver what there is for it. */
  #flush(): void {
    while (this.#receiver?.isReady === true) {
      const frame = this.#nextFrame(this.#receiver)
      if (frame === undefined) break
      this.#heartbeat?.sent()
      if (!this.#receiver.send(frame)) this.#detach()
    }
    this.#letGoOn()
    if (this.#messages.length === 0 && this.#close !== undefined && this.#receiver?.isReady === true) {
      this.#receiver.close(this.#close)
      this.#detach()
    }
    if (this.#receiver !== undefined) this.#heartbeat ??= this.#newHeartbeat()
  }

  #nextFrame(receiver: Receiver): string | undefined {
    if (!this.#saidOpen) {
      this.#saidOpen = true
      return OPEN
    }
    const count = receiver.takesOneMessage ? 1 : this.#messages.length
    const messages = this.#messages.splice(0, count)
    if (messages.length === 0) return undefined
    for (const message of messages) this.#waiting -= message.length
    return messagesFrame(messages)
  }

  #letGoOn(): void {
    if (!this.#isHeld || this.#waiting > QUEUE_LIMIT) return
    this.#isHeld = false
    this.#end?.resume()
  }

  #newHeartbeat(): KeepAliveClock {
    return new KeepAliveClock({ mode: 'idle', timeout: HEARTBEAT_INTERVAL }, this.#wheel, () => {
      // A client that does not take what was sent is no better off with more.
      if (this.#receiver?.isReady === true && !this.#receiver.send(HEARTBEAT)) this.#detach()
    })
  }

  /** There is no receiver any more; if another one does not come soon, the client has gone. */
  #detach(): void {
    this.#receiver = undefined
    this.#heartbeat?.stop()
    this.#heartbeat = undefined
    if (this.#close !== undefined || this.#isOver) return
    this.#timer?.cancel()
    this.#timer = this.#wheel.after(PATIENCE, () => this.#finish())
  }

  #taken(taken: boolean): void {
    const onTaken = this.#onTaken
    this.#onTaken = undefined
    onTaken?.(taken)
  }

  /** The end of everything, closed or not. */
  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer?.cancel()
    this.#heartbeat?.stop()
    this.#taken(false)
    this.#onEnd()
    const receiver = this.#receiver
    this.#receiver = undefined
    receiver?.fail()
  }
}
