import type { Socket } from 'socket.io'
import type { Delivery } from '../../../send/delivery.ts'
import { writtenJson } from '../../written-json.ts'
import { valueOf } from '../message-value.ts'
import { Session } from '../session.ts'
import type { SessionContext } from '../session.ts'

/** A client of today's Socket.IO: gets each message as an event `message`. */
export class CurrentSession extends Session {
  readonly #socket: Socket
  /** Characters given to the transport since it last took all of them. */
  #waiting = 0

  constructor(context: SessionContext, socket: Socket) {
    super(context)
    this.#socket = socket
    socket.conn.on('drain', () => {
      this.#waiting = 0
    })
    socket.on('message', (message: unknown) => {
      this.received(typeof message === 'string' ? message : (writtenJson(message) ?? ''))
    })
    socket.on('disconnect', () => {
      this.closed()
      // One session for each connection: with more, what listens to it would add up.
      socket.conn.close()
    })
  }

  protected send(delivery: Delivery): boolean {
    const packets = packetsOf(delivery)
    for (const packet of packets) this.#write(packet)
    return packets.length > 0
  }

  protected say(value: object): void {
    this.#socket.emit('message', value)
  }

  protected shut(): void {
    this.#socket.disconnect(true)
  }

  #write(packet: string): void {
    if (this.isOver) return
    if (this.#waiting > this.context.door.queueMax) {
      this.tooSlow(this.#waiting)
      this.#socket.conn.close(true)
      return
    }
    this.#waiting += packet.length
    this.#socket.conn.write(packet)
  }
}

let lastDelivery: Delivery | undefined
let lastPackets: readonly string[] = []

/** As Socket.IO's own encoder would write them; made once for all clients, since a delivery goes to all of them before the next one. */
function packetsOf(delivery: Delivery): readonly string[] {
  if (delivery === lastDelivery) return lastPackets
  lastDelivery = delivery
  lastPackets = delivery.items.flatMap((item) => {
    const value = valueOf(item)
    return value === undefined ? [] : [`2${JSON.stringify(['message', value])}`]
  })
  return lastPackets
}
