import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'
import type { ResponseHead } from '../../forward/origin-response.ts'
import { closePayload } from '../frames/close-payload.ts'
import { sendableCode } from '../frames/close-code.ts'
import { OPCODES, TEXT, BINARY } from '../frames/frame.ts'
import { judge, readControl } from '../grip-message.ts'
import type { Peer } from '../peer.ts'
import { ClosingPeer, DetachedClient } from '../closing-peer.ts'
import type { Origin } from '../origin.ts'
import type { WebSocketHold } from '../web-socket-hold.ts'
import { ClientEvents, type EventsOwner } from './client-events.ts'
import { decodeEvents } from './decode-events.ts'
import { EventError } from './event-error.ts'
import type { EventRequests } from './event-requests.ts'
import { isEnd, type WebSocketEvent } from './event.ts'
import { isEvents } from './events-response.ts'
import { InflatedMessages } from '../inflated-messages.ts'
import { storeMeta } from './meta.ts'
import { Outbox } from './outbox.ts'
import { responseFields } from './response-fields.ts'

export interface HttpSessionOptions {
  readonly client: Peer
  readonly hold: WebSocketHold
  readonly requests: EventRequests
  readonly messagePrefix: Buffer | undefined
  /** At most one message that is not empty in a request. */
  readonly oneEvent: boolean
  readonly maxMessage: number
  readonly wheel: TimerWheel
  readonly debug: (message: string) => void
}

/**
 * A WebSocket whose backend is spoken to over HTTP (GRIP 7.4): what the client says is posted, one request at a time, and what the
 * backend answers is sent to the client.
 */
export class HttpSession implements Origin, EventsOwner {
  readonly #options: HttpSessionOptions
  readonly #outbox = new Outbox()
  #incoming: WebSocketEvent[] = []
  #isBusy = false
  /** Something asks for a request: new events, a refresh, the interval. */
  #isDue = false
  #pauses = 0
  #isClientHeld = false
  #isFull = false
  #interval = 0
  #timer: Timer | undefined
  #clientSaidClose = false
  #backendSaidClose = false
  /** Nobody listens to the backend any more; what it has not been told yet it still is. */
  #isGone = false
  #isOver = false

  constructor(options: HttpSessionOptions) {
    this.#options = options
    const { client, maxMessage } = options
    const events = new ClientEvents(this)
    client.owner = client.compresses ? new InflatedMessages(events, maxMessage) : events
  }

  /** @param head of the first answer, which was understood. @param events behind its OPEN. */
  start(head: ResponseHead, events: readonly WebSocketEvent[], early: readonly Buffer[]): void {
    this.#readFields(head)
    this.#incoming = [...events]
    this.#options.client.start(early)
    this.#goOn()
  }

  pause(): void {
    this.#pauses++
  }

  resume(): void {
    if (--this.#pauses === 0) this.#goOn()
  }

  refresh(): boolean {
    this.#ask()
    return true
  }

  detach(): void {
    const { client, hold } = this.#options
    client.owner = new DetachedClient(client, hold)
    this.#leave()
  }

  close(): void {
    this.#options.client.owner = new ClosingPeer(this.#options.client)
    this.#leave()
  }

  event(event: WebSocketEvent): void {
    if (event.type === 'CLOSE') {
      this.#clientSaidClose = true
      this.#options.hold.closed()
      if (this.#backendSaidClose) this.#options.client.finish()
    }
    this.#outbox.add(event)
    if (this.#outbox.isFull && !this.#isClientHeld) {
      this.#isClientHeld = true
      this.#options.client.pause()
    }
    this.#ask()
  }

  drained(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.resume()
  }

  closed(): void {
    this.#options.hold.closed()
    if (this.#isOver || this.#isGone) return
    this.#incoming = []
    this.#isGone = true
    this.#forgetLate()
    if (this.#clientSaidClose) return
    this.#outbox.add({ type: 'DISCONNECT' })
    this.#ask()
  }

  #leave(): void {
    this.#incoming = []
    this.#outbox.add({ type: 'CLOSE', code: undefined, reason: Buffer.alloc(0) })
    this.#isGone = true
    this.#forgetLate()
    this.#letClientGoOn()
    this.#ask()
  }

  #letClientGoOn(): void {
    if (!this.#isClientHeld) return
    this.#isClientHeld = false
    this.#options.client.resume()
  }

  /** Gives the backend a while to hear the rest: clients that come and go must not leave more and more requests without an answer. */
  #forgetLate(): void {
    this.#timer?.cancel()
    this.#timer = this.#options.wheel.after(GONE_TIMEOUT, () => {
      this.#isOver = true
      this.#options.requests.abort()
    })
  }

  #ask(): void {
    this.#isDue = true
    this.#goOn()
  }

  /** Events of the backend first, in their order; then, when something asks for it, the next request. */
  #goOn(): void {
    while (this.#pauses === 0) {
      const event = this.#incoming.shift()
      if (event === undefined) break
      this.#take(event)
    }
    if (this.#isBusy || this.#isOver || !this.#isDue || this.#incoming.length > 0) return
    this.#isDue = false
    this.#post()
  }

  #post(): void {
    this.#isBusy = true
    if (!this.#isGone) this.#timer?.cancel()
    const { requests, oneEvent } = this.#options
    requests.send(this.#outbox.offer(oneEvent && !this.#isGone), this.#outbox.replayed, true, {
      onWhole: (head, body) => this.#answered(head, body),
      onFailure: (_, reason) => this.#fail(reason),
    })
  }

  #answered(head: ResponseHead, body: Buffer): void {
    this.#isBusy = false
    if (this.#isGone) {
      // Whatever it says to it, it has heard this.
      this.#outbox.accept(undefined)
      this.#isOver ||= !this.#isDue
      if (this.#isOver) this.#timer?.cancel()
      this.#goOn()
      return
    }
    try {
      if (!isEvents(head)) throw new EventError(`the response is ${head.code} or has another type`)
      const events = decodeEvents(body)
      this.#options.requests.heard(events)
      if (this.#outbox.accept(this.#readFields(head))) this.#isDue = true
      this.#incoming.push(...events)
    } catch (error) {
      if (!(error instanceof EventError)) throw error
      this.#fail(error.message)
      return
    }
    // Before the client goes on: a close that it says only then has not been asked yet.
    this.#closeUnlessAnswered()
    if (!this.#outbox.isFull) this.#letClientGoOn()
    this.#goOn()
  }

  /** A client's close wants one in return, at once or, with an interval, from a later answer. */
  #closeUnlessAnswered(): void {
    if (!this.#clientSaidClose || this.#isDue || this.#incoming.some(isEnd)) return
    if (this.#backendSaidClose) this.#end()
    else if (this.#interval === 0) this.#fail('the close of the client is not answered')
  }

  /** @returns how much of the request's content was accepted. */
  #readFields(head: ResponseHead): number | undefined {
    const { keepAliveInterval, setMeta, contentBytesAccepted } = responseFields(head.headers)
    storeMeta(this.#options.requests.meta, setMeta)
    if (keepAliveInterval !== undefined) this.#interval = keepAliveInterval
    this.#timer?.cancel()
    if (this.#interval > 0) this.#timer = this.#options.wheel.after(this.#interval * 1000, () => this.#ask())
    return contentBytesAccepted
  }

  #take(event: WebSocketEvent): void {
    const { client, hold } = this.#options
    switch (event.type) {
      case 'TEXT':
      case 'BINARY':
        this.#message(event.type === 'TEXT' ? TEXT : BINARY, event.content)
        break
      case 'PING':
      case 'PONG':
        this.#send(event.type === 'PING' ? OPCODES.ping : OPCODES.pong, event.content)
        break
      case 'CLOSE':
        this.#incoming = []
        this.#backendSaidClose = true
        hold.closed()
        client.sendClose(closePayload(sendableCode(event.code), event.reason))
        if (this.#clientSaidClose) this.#end()
        else client.closeLate()
        break
      // A second OPEN as well: whoever opens twice has lost the thread.
      default:
        this.#incoming = []
        this.#isOver = true
        this.#drop()
    }
  }

  #message(opcode: number, content: Buffer): void {
    const { messagePrefix, debug, hold } = this.#options
    if (messagePrefix === undefined) {
      this.#send(opcode, content)
      return
    }
    const verdict = judge(opcode, content, messagePrefix)
    if (verdict === 'relay') {
      this.#send(opcode, content.subarray(messagePrefix.length))
    } else if (verdict === 'control') {
      const message = readControl(content, debug)
      if (message !== undefined) hold.control(message)
    } else {
      debug('dropping unprefixed message')
    }
  }

  #send(opcode: number, content: Buffer): void {
    const { client, hold } = this.#options
    if (!client.send(opcode, content) && !this.#isFull) {
      this.#isFull = true
      this.pause()
    }
    hold.endMessage()
  }

  /** Both have said close. */
  #end(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#options.client.finish()
  }

  #fail(reason: string): void {
    this.#options.debug(`websocket over http: ${reason}`)
    this.#isOver = true
    this.#drop()
  }

  /** Without a close frame: something went wrong. */
  #drop(): void {
    const { client, hold, requests } = this.#options
    this.#timer?.cancel()
    requests.abort()
    if (this.#isGone) return
    hold.closed()
    client.destroy()
  }
}

/** Milliseconds in which a backend has to have answered what is said to it when the client is not there any more. */
const GONE_TIMEOUT = 60_000
