import type { Socket } from 'node:net'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { WS_MESSAGE } from '../../../shared/observe/transport.ts'
import type { Timer } from '../../hold/timer-wheel.ts'
import type { Delivery } from '../../send/delivery.ts'
import { ClosingPeer } from '../../websocket/closing-peer.ts'
import { GOING_AWAY, POLICY_VIOLATION, TRY_AGAIN_LATER } from '../../websocket/frames/close-code.ts'
import { CLOSE, PING, PONG, TEXT } from '../../websocket/frames/frame.ts'
import type { FrameHead } from '../../websocket/frames/frame.ts'
import { Heartbeat } from '../../websocket/heartbeat.ts'
import { Peer } from '../../websocket/peer.ts'
import type { PeerOwner } from '../../websocket/peer.ts'
import { DoorHold } from '../door-hold.ts'
import type { Grant } from './access/grant.ts'
import { Permissions } from './access/permissions.ts'
import * as answers from './answers.ts'
import type { ClientContext } from './client-context.ts'
import { publishedItem } from './published.ts'
import { readMessage } from './read-message.ts'
import type { ClientMessage } from './read-message.ts'
import { WholeMessage } from './whole-message.ts'

/** Channels of one client: each may be one that nobody else has. */
const MAX_CHANNELS = 1000

/** Bytes that may wait for a client whose pings are still answered. */
const PONG_LIMIT = 16_384

/** A connection of a pusud client: obeys its messages, and gets what is published on the channels it subscribes to. */
export class PusudClient extends DoorHold implements PeerOwner {
  readonly id: string
  /** With the door's prefix. */
  readonly channels = new Set<string>()
  readonly #socket: Socket
  readonly #peer: Peer
  readonly #context: ClientContext
  readonly #permissions = new Permissions()
  readonly #heartbeat: Heartbeat | undefined
  /** When a permission ends, in milliseconds since 1970. */
  #expires = Number.POSITIVE_INFINITY
  #expiry: Timer | undefined
  readonly #message = new WholeMessage()
  /** Published in this turn: what came in one read is handed on together. */
  #items: PublishItem[] | undefined
  /** It does not read its answers, so it is not read either. */
  #isFull = false
  #isOver = false

  constructor(id: string, socket: Socket, context: ClientContext) {
    super()
    const { rules, pingInterval, wheel } = context
    this.id = id
    this.#socket = socket
    this.#peer = new Peer(socket, rules)
    this.#context = context
    if (pingInterval > 0) this.#heartbeat = new Heartbeat(this.#peer, wheel, pingInterval)
  }

  override get transport(): typeof WS_MESSAGE {
    return WS_MESSAGE
  }

  /** @param early what came behind the handshake. */
  start(early: readonly Buffer[]): void {
    this.#peer.owner = this
    this.#context.table.add(this, () => {})
    this.#answer(answers.HELLO)
    this.#peer.start(early)
  }

  deliver(delivery: Delivery): boolean {
    const bytes = delivery.rendered(this.#context.render)
    if (bytes.length === 0) return false
    // Looked at before the write, so that one large message is no reason to close a client that keeps up.
    const { waiting } = this.#peer
    if (waiting > this.#context.queueMax) {
      this.#context.tooSlow(`${this.#socket.remoteAddress}:${this.#socket.remotePort}`, waiting)
      this.#close(TRY_AGAIN_LATER, 'too slow')
      return true
    }
    this.#context.sent(delivery.items.length)
    this.#peer.sendShared(bytes)
    return true
  }

  override goAway(): void {
    this.#close(GOING_AWAY, '')
  }

  begin(head: FrameHead): void {
    this.#message.begin(head)
  }

  data(piece: Buffer): void {
    this.#message.add(piece)
  }

  end(): void {
    const bytes = this.#message.take()
    if (bytes === undefined) return
    const message = readMessage(bytes)
    if (message === undefined) this.#refuse(answers.UNKNOWN_MESSAGE, 'unknown message')
    else this.#act(message)
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === PING && this.#peer.waiting < PONG_LIMIT) this.#peer.send(PONG, payload)
    if (opcode !== CLOSE) return
    this.#end()
    this.#peer.sendClose(payload)
    this.#peer.finish()
  }

  drained(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.#peer.resume()
  }

  closed(): void {
    this.#end()
  }

  #act(message: ClientMessage): void {
    switch (message.type) {
      case 'authorize':
        void this.#authorize(message.authorization)
        break
      case 'subscribe':
        this.#subscribe(message.channel)
        break
      case 'unsubscribe':
        this.#unsubscribe(message.channel)
        break
      case 'publish':
        this.#publish(message)
        break
      default:
        this.#refuse(answers.UNKNOWN_MESSAGE, 'unknown message')
    }
  }

  async #authorize(authorization: string): Promise<void> {
    // What it says next depends on this.
    this.#peer.pause()
    try {
      const grant = await this.#context.access.authorize(authorization)
      if (!this.#isOver) this.#granted(grant)
    } catch (error) {
      this.#context.unavailable(error as Error)
      this.#close(TRY_AGAIN_LATER, 'authorization unavailable')
    }
    this.#peer.resume()
  }

  #granted(grant: Grant | undefined): void {
    if (grant === undefined) {
      this.#refuse(answers.AUTHORIZATION_FAILED, 'authorization failed')
      return
    }
    this.#permissions.add(grant)
    this.#watchExpiry()
    this.#answer(answers.AUTHORIZATION_OK)
  }

  #subscribe(name: string): void {
    const { prefix, strict, table } = this.#context
    const channel = prefix + name
    if (!this.#may('read', name)) {
      this.#refuse(answers.PERMISSION_DENIED, 'permission denied')
    } else if (this.channels.has(channel)) {
      if (!strict) this.#answer(answers.subscribeOk(name))
    } else if (this.channels.size >= MAX_CHANNELS) {
      this.#refuse(answers.PERMISSION_DENIED, 'too many channels')
    } else {
      // What it has published before is not for itself.
      void this.#flush()
      this.channels.add(channel)
      this.#peer.pause()
      table.join(this, channel, (live) => {
        if (live && !this.#isOver) this.#answer(strict ? answers.STRICT_SUBSCRIBE_OK : answers.subscribeOk(name))
        else this.#close(TRY_AGAIN_LATER, 'no handler')
        this.#peer.resume()
      })
    }
  }

  #unsubscribe(name: string): void {
    const channel = this.#context.prefix + name
    if (this.channels.delete(channel)) this.#context.table.leave(this, channel)
  }

  #publish(message: ClientMessage): void {
    if (!this.#may('write', message.channel)) {
      this.#refuse(answers.PERMISSION_DENIED, 'permission denied')
      return
    }
    const item = publishedItem(message, this.#context.prefix)
    if (item === undefined) {
      this.#refuse(answers.UNKNOWN_MESSAGE, 'nested too deep')
    } else if (this.#items === undefined) {
      this.#items = [item]
      queueMicrotask(() => void this.#flush())
    } else {
      this.#items.push(item)
    }
  }

  async #flush(): Promise<void> {
    const items = this.#items
    if (items === undefined) return
    this.#items = undefined
    // It is read at the pace at which the handler takes what it publishes.
    this.#peer.pause()
    if (!(await this.#context.publish(items))) this.#close(TRY_AGAIN_LATER, 'not published')
    this.#peer.resume()
  }

  #may(right: 'read' | 'write', channel: string): boolean {
    return this.#context.access.hasChannel(channel) && this.#permissions.allow(right, channel)
  }

  #watchExpiry(): void {
    const { nextExpiry } = this.#permissions
    // A token that is shown again and again costs no timer each time.
    if (nextExpiry === this.#expires) return
    this.#expires = nextExpiry
    this.#expiry?.cancel()
    if (nextExpiry === Number.POSITIVE_INFINITY) return
    this.#expiry = this.#context.wheel.after(nextExpiry - Date.now(), () => this.#expired())
  }

  #expired(): void {
    const { prefix } = this.#context
    this.#expires = Number.POSITIVE_INFINITY
    for (const channel of this.channels) {
      if (this.#may('read', channel.slice(prefix.length))) continue
      this.#refuse(answers.PERMISSION_DENIED, 'permission expired')
      return
    }
    this.#watchExpiry()
  }

  #answer(bytes: Buffer): void {
    if (this.#peer.send(TEXT, bytes) || this.#isFull) return
    this.#isFull = true
    this.#peer.pause()
  }

  /** Every mistake ends the connection. */
  #refuse(answer: Buffer, reason: string): void {
    if (this.#isOver) return
    this.#peer.send(TEXT, answer)
    this.#close(POLICY_VIOLATION, reason)
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#end()
    if (this.#context.strict) this.#peer.finish()
    else this.#peer.close(code, reason)
  }

  /** Nothing that it still says counts. */
  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#peer.owner = new ClosingPeer(this.#peer)
    this.#heartbeat?.stop()
    this.#expiry?.cancel()
    this.#context.table.remove(this)
    this.#context.gone()
    // Its answer to the close is to be read.
    if (this.#isFull) this.#peer.resume()
  }
}
