import { Pull, Reply, Router, XPublisher } from 'zeromq'
import { decodeTnetstring, encodeTnetstring } from '../../shared/tnetstring.ts'
import type { TnetInput, TnetValue } from '../../shared/tnetstring.ts'

export type Fields = Readonly<Record<string, TnetInput>>

/** A packet from the gateway; byte strings as Latin-1 texts, but for the body. */
export interface GatewayPacket {
  readonly [field: string]: unknown
  readonly from: string
  readonly type?: string
  readonly uri?: string
  readonly credits?: number
  readonly more?: boolean
  readonly body?: Buffer
}

/** One exchange as a service sees it: numbers what it says, and counts the credits. */
export class ServedExchange {
  readonly packets: GatewayPacket[] = []
  readonly first: GatewayPacket
  readonly id: string
  /** Bytes that may be sent. */
  credits = 0
  /** Numbers of the packets that came. */
  readonly seqs: unknown[] = []
  readonly #service: ZhttpService
  #seq = 0

  constructor(service: ZhttpService, id: string, first: GatewayPacket) {
    this.#service = service
    this.id = id
    this.first = first
  }

  get headers(): Record<string, string> {
    return Object.fromEntries(
      (this.first['headers'] as [string, string][]).map(([name, value]) => [name.toLowerCase(), value]),
    )
  }

  /** Of all packets. */
  get body(): Buffer {
    return Buffer.concat(this.packets.map(({ body }) => body ?? Buffer.alloc(0)))
  }

  types(): string[] {
    return this.packets.map(({ type }) => type ?? 'data')
  }

  say(fields: Fields): void {
    this.#service.publish(this.first.from, { from: this.#service.address, id: this.id, seq: this.#seq++, ...fields })
  }

  respond(body: string, headers: readonly (readonly [string, string])[] = [], code = 200): void {
    this.say({ code, reason: 'OK', headers, body })
  }
}

/** A service behind a `zhttp/` target, with the sockets that such services have. */
export class ZhttpService {
  readonly address: string
  readonly exchanges: ServedExchange[] = []
  onRequest: (exchange: ServedExchange) => void = (exchange) => exchange.respond('hello\n')
  onPacket: (exchange: ServedExchange, packet: GatewayPacket) => void = () => {}
  readonly #pull = new Pull({ linger: 0 })
  readonly #router: Router
  /** Knows who listens: what is said before somebody does is lost. */
  readonly #pub = new XPublisher({ linger: 0, sendHighWaterMark: 0, sendTimeout: 0 })
  readonly #byId = new Map<string, ServedExchange>()

  /** @param endpoints those of `out`, `out-stream` and `in` */
  constructor(endpoints: readonly [string, string, string], address = `service-${process.pid}`) {
    this.address = address
    this.#router = new Router({ linger: 0, routingId: address })
    this.#pub.connect(endpoints[2])
    this.#router.connect(endpoints[1])
    void this.#listen()
    void this.#serve(endpoints[0])
  }

  publish(to: string, fields: Fields): void {
    this.publishBytes(to, Buffer.concat([Buffer.from('T'), encodeTnetstring(fields)]))
  }

  publishBytes(to: string, packet: Buffer): void {
    if (this.#pub.closed) return
    this.#pub.send(Buffer.concat([Buffer.from(`${to} `), packet])).catch(() => {})
  }

  close(): void {
    for (const socket of [this.#pull, this.#router, this.#pub]) socket.close()
  }

  async #serve(endpoint: string): Promise<void> {
    try {
      await this.#pub.receive()
    } catch {
      // Closed before anybody listened.
      return
    }
    this.#pull.connect(endpoint)
    for await (const [frame] of messages(this.#pull)) {
      const packet = readPacket(frame as Buffer)
      const id = String(packet['id'])
      const exchange = new ServedExchange(this, id, packet)
      this.#byId.set(id, exchange)
      this.exchanges.push(exchange)
      take(exchange, packet, packet['seq'])
      this.onRequest(exchange)
    }
  }

  async #listen(): Promise<void> {
    for await (const [, , frame] of messages(this.#router)) {
      const packet = readPacket(frame as Buffer)
      const ids = Array.isArray(packet['id'])
        ? (packet['id'] as { id: string; seq: number }[])
        : [packet as unknown as { id: string; seq: number }]
      for (const { id, seq } of ids) {
        const exchange = this.#byId.get(id)
        if (exchange === undefined) continue
        take(exchange, packet, seq)
        this.onPacket(exchange, packet)
      }
    }
  }
}

/** Answers each request with what `answer` makes of it, over a REP socket. */
export class ZhttpReqService {
  readonly requests: GatewayPacket[] = []
  readonly frames: number[] = []
  answer: (request: GatewayPacket) => Fields | undefined = () => ({ body: 'hello\n' })
  readonly #rep = new Reply({ linger: 0 })

  constructor(endpoint: string) {
    this.#rep.connect(endpoint)
    void this.#serve()
  }

  close(): void {
    this.#rep.close()
  }

  async #serve(): Promise<void> {
    for await (const frames of messages(this.#rep)) {
      const request = readPacket(frames[0] as Buffer)
      this.requests.push(request)
      this.frames.push(frames.length)
      const fields = { id: String(request['id']), code: 200, reason: 'OK', headers: [], ...this.answer(request) }
      if (!this.#rep.closed)
        await this.#rep.send(Buffer.concat([Buffer.from('T'), encodeTnetstring(fields)])).catch(() => {})
    }
  }
}

/** Those of the socket itself may end with an error when it is closed. */
async function* messages(socket: Pull | Router | Reply): AsyncGenerator<Buffer[]> {
  while (!socket.closed) {
    const message = await socket.receive().catch(() => undefined)
    if (message !== undefined) yield message
  }
}

function take(exchange: ServedExchange, packet: GatewayPacket, seq: unknown): void {
  exchange.packets.push(packet)
  exchange.seqs.push(seq)
  exchange.credits += packet.credits ?? 0
}

function readPacket(frame: Buffer): GatewayPacket {
  if (frame[0] !== 'T'.charCodeAt(0)) throw new Error('no T')
  const { body, ...rest } = decodeTnetstring(frame.subarray(1)) as Record<string, TnetValue>
  const shown = textsOf(rest) as GatewayPacket
  return body === undefined ? shown : { ...shown, body: body as Buffer }
}

function textsOf(value: TnetValue): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1')
  if (Array.isArray(value)) return value.map(textsOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, textsOf(each)]))
}
