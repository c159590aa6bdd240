import { XPublisher } from 'zeromq'
import { isListening } from '../../../shared/link/endpoint.ts'
import { specProblem } from '../../receive/zmq-input.ts'
import { encodePacket } from './packet.ts'
import type { PacketFields, PacketFormat, PacketType } from './packet.ts'
import { PACKET_TYPES } from './packet.ts'

/** Packets that may wait for a subscriber; ZeroMQ drops those behind (GRIP 9.1). */
const HIGH_WATER_MARK = 200_000

/** Packets that may wait here for the end of a turn. */
const MAX_WAITING = 200_000

/** Bytes of what a subscriber may send: the beginning of the packets it wants. One that sends more is disconnected. */
const MAX_TOPIC = 4096

const UNSUBSCRIBES = 0
const SUBSCRIBES = 1

/** Where stats packets go; knows which types somebody has subscribed to, so that no others need be made. */
export class StatsSocket {
  readonly #socket = new XPublisher({
    sendHighWaterMark: HIGH_WATER_MARK,
    maxMessageSize: MAX_TOPIC,
    linger: 0,
  })
  readonly #format: PacketFormat
  readonly #from: string
  readonly #onWatch: () => void
  readonly #onDrop: () => void
  /** How many topics that match the type are subscribed to. */
  readonly #topics = new Map<PacketType, number>()
  #waiting: Buffer[] = []
  #isSending = false

  /**
   * @param from the `from` of every packet.
   * @param onWatch called when somebody subscribes to packets, or nobody does any more.
   * @param onDrop called for each packet that found no room.
   */
  constructor(format: PacketFormat, from: string, onWatch: () => void, onDrop: () => void) {
    this.#format = format
    this.#from = from
    this.#onWatch = onWatch
    this.#onDrop = onDrop
  }

  /** @throws Error with one sentence when the spec cannot be bound. */
  async start(spec: string): Promise<void> {
    try {
      // libzmq takes over a socket file without asking whether somebody listens on it.
      const isTaken = spec.startsWith('ipc:///') && (await isListening(spec.slice('ipc://'.length)))
      if (isTaken) throw new Error('address already in use')
      await this.#socket.bind(spec)
    } catch (error) {
      this.#socket.close()
      throw specProblem('stats socket', spec, error)
    }
    void this.#receive()
  }

  close(): void {
    this.#socket.close()
  }

  /** Whether somebody has subscribed to anything. */
  get isRead(): boolean {
    return PACKET_TYPES.some((type) => this.isWatched(type))
  }

  isWatched(type: PacketType): boolean {
    return (this.#topics.get(type) ?? 0) > 0
  }

  send(type: PacketType, fields: PacketFields): void {
    if (!this.isWatched(type)) return
    if (this.#waiting.length >= MAX_WAITING) {
      this.#onDrop()
      return
    }
    this.#waiting.push(encodePacket(type, { from: this.#from, ...fields }, this.#format))
    if (this.#isSending) return
    this.#isSending = true
    void this.#drain()
  }

  /** The socket takes one packet at a time and never makes it wait for a subscriber. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const packets = this.#waiting
      this.#waiting = []
      for (const packet of packets) {
        try {
          await this.#socket.send(packet)
        } catch {
          if (this.#socket.closed) return
          this.#onDrop()
        }
      }
    }
    this.#isSending = false
  }

  /** A subscriber's message is a byte that says what it wants, and the beginning of the packets it wants. */
  async #receive(): Promise<void> {
    try {
      for await (const [message] of this.#socket) {
        // A subscriber may send anything; only these two mean something.
        if (message?.[0] !== SUBSCRIBES && message?.[0] !== UNSUBSCRIBES) continue
        const topic = message.toString('latin1', 1)
        const change = message[0] === SUBSCRIBES ? 1 : -1
        for (const type of PACKET_TYPES) {
          if (!`${type} `.startsWith(topic) && !topic.startsWith(`${type} `)) continue
          this.#topics.set(type, Math.max(0, (this.#topics.get(type) ?? 0) + change))
        }
        this.#onWatch()
      }
    } catch (error) {
      if (!this.#socket.closed) throw error
    }
  }
}
