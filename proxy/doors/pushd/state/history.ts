import { fromItem } from '../../bus-item.ts'
import { DoorHold } from '../../door-hold.ts'
import type { HoldTable } from '../../../hold/hold-table.ts'
import type { Timer, TimerWheel } from '../../../hold/timer-wheel.ts'
import type { Delivery } from '../../../send/delivery.ts'
import type { Timestamps } from './timestamps.ts'

/** Channels that are followed; the one that nobody used for longest is let go. */
const MAX_CHANNELS = 100_000

/** Bytes of all messages together; the oldest go. */
const MAX_BYTES = 67_108_864

/** Bytes that one message costs beside its text. */
const OVERHEAD = 200

/** Bytes of one answer. */
const MAX_ANSWER = 1_048_576

/** Milliseconds between two looks at what is too old, at most. */
const SWEEP = 60_000

/** A message as it is remembered. */
export interface Kept {
  readonly text: string
  readonly stamp: bigint
}

interface Message extends Kept {
  readonly channel: Channel
  /** Milliseconds. */
  readonly at: number
}

interface Channel {
  readonly messages: Message[]
  /** Milliseconds. */
  usedAt: number
}

export interface HistoryOptions {
  /** Messages of a channel; with 0 nothing is kept. */
  readonly size: number
  /** Seconds that a message is kept, and a channel that nobody uses is followed. */
  readonly ttl: number
  readonly now?: () => number
}

/**
 * What was published on the channels that clients of the door have named: it is subscribed to them like a client, from the first time that one is
 * subscribed, published to or asked for.
 */
export class History extends DoorHold {
  readonly id = 'pushd-history'
  readonly #table: HoldTable
  readonly #timestamps: Timestamps
  readonly #options: HistoryOptions
  readonly #now: () => number
  /** The one used last stands last. */
  readonly #channels = new Map<string, Channel>()
  /** Of all channels, oldest first. */
  readonly #messages = new Set<Message>()
  #bytes = 0
  #sweep: Timer | undefined

  constructor(table: HoldTable, wheel: TimerWheel, timestamps: Timestamps, options: HistoryOptions) {
    super()
    this.#table = table
    this.#timestamps = timestamps
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    const sweep = (): void => {
      this.#dropOld()
      this.#sweep = wheel.after(Math.min(SWEEP, options.ttl * 250), sweep)
    }
    if (options.size > 0) sweep()
  }

  get channels(): Iterable<string> {
    return this.#channels.keys()
  }

  /** Keeps the channel's messages from now on. */
  follow(name: string): void {
    if (this.#options.size === 0) return
    const channel = this.#channels.get(name)
    if (channel !== undefined) {
      this.#use(name, channel)
      return
    }
    const [unused] = this.#channels.keys()
    if (this.#channels.size >= MAX_CHANNELS && unused !== undefined) this.#forget(unused)
    this.#channels.set(name, { messages: [], usedAt: this.#now() })
    this.#table.join(this, name, () => {})
  }

  /** Messages of that time and later, oldest first; no more than one answer should have: the last one's timestamp says where to go on. */
  since(name: string, stamp: bigint): readonly Kept[] {
    const messages = this.#channels.get(name)?.messages ?? []
    const start = messages.findIndex((message) => message.stamp >= stamp)
    if (start === -1) return []
    let bytes = 0
    let end = start
    while (end < messages.length && bytes < MAX_ANSWER) bytes += sizeOf(messages[end++] as Message)
    return messages.slice(start, end)
  }

  deliver({ channel: name, items }: Delivery): boolean {
    const channel = this.#channels.get(name)
    if (channel === undefined) return false
    this.#use(name, channel)
    for (const item of items) {
      const message = fromItem(item)
      if (message === undefined) continue
      this.#keep({ text: message.content.toString(), stamp: this.#timestamps.of(item), channel, at: channel.usedAt })
    }
    // It is no receiver.
    return false
  }

  close(): void {
    this.#sweep?.cancel()
  }

  #use(name: string, channel: Channel): void {
    channel.usedAt = this.#now()
    this.#channels.delete(name)
    this.#channels.set(name, channel)
  }

  #keep(message: Message): void {
    const { messages } = message.channel
    if (messages.length >= this.#options.size) this.#drop(messages[0] as Message)
    messages.push(message)
    this.#messages.add(message)
    this.#bytes += sizeOf(message)
    for (const oldest of this.#messages) {
      if (this.#bytes <= MAX_BYTES) break
      this.#drop(oldest)
    }
  }

  /** The oldest of its channel. */
  #drop(message: Message): void {
    message.channel.messages.shift()
    this.#messages.delete(message)
    this.#bytes -= sizeOf(message)
  }

  #forget(name: string): void {
    const channel = this.#channels.get(name)
    for (const message of channel?.messages ?? []) {
      this.#messages.delete(message)
      this.#bytes -= sizeOf(message)
    }
    this.#channels.delete(name)
    this.#table.leave(this, name)
  }

  #dropOld(): void {
    const limit = this.#now() - this.#options.ttl * 1000
    for (const message of this.#messages) {
      if (message.at > limit) break
      this.#drop(message)
    }
    for (const [name, channel] of this.#channels) {
      if (channel.usedAt > limit) break
      // Somebody else is subscribed: what comes next is to be kept, too.
      if (this.#table.countOn(name) > 1) this.#use(name, channel)
      else this.#forget(name)
    }
  }
}

function sizeOf({ text }: Message): number {
  return text.length * 2 + OVERHEAD
}
