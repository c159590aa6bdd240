import { randomBytes } from 'node:crypto'
import { PacketError, readPacket } from './packet.ts'
import type { PacketId, ZhttpPacket } from './packet.ts'
import type { Services, ServicesSink } from './services.ts'
import { writePacket } from './write-packet.ts'
import type { PacketFields } from './write-packet.ts'
import { ZhttpExchange } from './zhttp-exchange.ts'
import type { ExchangeOwner } from './zhttp-exchange.ts'

// Milliseconds (GRIP 12.3). A sign of life is sent some time before the 45 s are over.
const KEEP_ALIVE = 40_000
const EXPIRE = 60_000
const SWEEP = 5000

// GRIP 12.2
const MAX_IDS = 128

/** The exchanges of a worker with services: finds the one that a packet is for, keeps them alive, and ends those whose service is silent. */
export class Exchanges implements ServicesSink {
  /** By target, by id. */
  readonly #exchanges = new Map<string, Map<string, ZhttpExchange>>()
  readonly #debug: (message: string) => void
  #services: Services | undefined
  #sweep: NodeJS.Timeout | undefined
  #last = 0

  constructor(debug: (message: string) => void) {
    this.#debug = debug
  }

  /** Without services every exchange ends as unreachable. */
  use(services: Services): void {
    this.#services = services
    this.#sweep = setInterval(() => this.#lookAfterAll(), SWEEP).unref()
  }

  /** @param target its name @param isSingle one packet each way, as with a `zhttpreq/` target */
  open(target: string, isSingle: boolean, owner: ExchangeOwner): ZhttpExchange {
    // Not to be guessed, and of no use to a worker that comes after this one.
    const id = `${this.#services?.address ?? ''}:${(++this.#last).toString(36)}-${randomBytes(8).toString('hex')}`
    const exchange = new ZhttpExchange(id, isSingle, owner, {
      send: (fields, service) => this.#send(target, service, id, fields),
      over: () => void this.#exchanges.get(target)?.delete(id),
    })
    let ofTarget = this.#exchanges.get(target)
    if (ofTarget === undefined) this.#exchanges.set(target, (ofTarget = new Map()))
    ofTarget.set(id, exchange)
    return exchange
  }

  packet(target: string, bytes: Buffer): void {
    let packet: ZhttpPacket
    try {
      packet = readPacket(bytes)
    } catch (error) {
      if (!(error instanceof PacketError)) throw error
      this.#debug(`${target}: ignoring a packet: ${error.message}`)
      return
    }
    for (const { id, seq } of packet.ids) {
      // By target: a service must not reach the exchanges of another.
      const exchange = this.#exchanges.get(target)?.get(id)
      if (exchange === undefined) this.#unknown(target, id, packet)
      else exchange.received(packet, seq)
    }
  }

  unsent(id: string): void {
    for (const exchanges of this.#exchanges.values()) exchanges.get(id)?.unsent()
  }

  close(): void {
    clearInterval(this.#sweep)
    this.#services?.close()
    this.#services = undefined
  }

  #send(target: string, service: string, id: string, fields: PacketFields): void {
    const services = this.#services
    if (services === undefined) {
      setImmediate(() => this.unsent(id))
      return
    }
    const packet = writePacket({ from: services.address, ...fields })
    if (service === '') services.offer(target, id, packet)
    else services.tell(target, service, id, packet)
  }

  /** Its client had gone before the service was known: the service need not go on. */
  #unknown(target: string, id: string, { type, from, more }: ZhttpPacket): void {
    this.#debug(`${target}: ignoring a packet of an exchange that is over`)
    if (from === '' || type === 'error' || type === 'cancel' || (type === '' && !more)) return
    this.#send(target, from, id, { id, type: 'cancel' })
  }

  #lookAfterAll(): void {
    for (const [target, exchanges] of this.#exchanges) this.#lookAfter(target, exchanges)
  }

  #lookAfter(target: string, exchanges: ReadonlyMap<string, ZhttpExchange>): void {
    const now = performance.now()
    const due = new Map<string, PacketId[]>()
    for (const [id, exchange] of exchanges) {
      const { service, multi } = exchange
      if (now - exchange.lastHeard >= EXPIRE) exchange.expire()
      else if (service === '' || now - exchange.lastSent < KEEP_ALIVE) continue
      else if (!multi) exchange.send({ type: 'keep-alive' })
      else if (!due.get(service)?.push({ id, seq: exchange.nextSeq() })) {
        due.set(service, [{ id, seq: exchange.nextSeq() }])
      }
    }
    for (const [service, ids] of due) {
      for (let i = 0; i < ids.length; i += MAX_IDS) {
        const some = ids.slice(i, i + MAX_IDS).map(({ id, seq = 0 }) => ({ id, seq }))
        this.#send(target, service, '', { id: some, type: 'keep-alive' })
      }
    }
  }
}
