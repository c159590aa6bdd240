import { Dealer } from 'zeromq'
import type { Log } from '../../shared/log.ts'
import { receiveAll } from './receive-all.ts'
import type { Services, ServicesSink } from './services.ts'

/** How the workers that have no sockets for services send and hear: through the hub in the first worker. */
export class HubClient implements Services {
  readonly address: string
  readonly #sink: ServicesSink
  readonly #socket: Dealer

  /** @param path the hub's socket file */
  constructor(address: string, path: string, sink: ServicesSink, log: Log) {
    this.address = address
    this.#sink = sink
    this.#socket = new Dealer({
      routingId: address,
      linger: 0,
      // Without a hub there is nobody to take it, and a hub that comes later would know nothing of the exchange.
      immediate: true,
      sendTimeout: 0,
      sendHighWaterMark: 101_000,
      receiveHighWaterMark: 101_000,
      reconnectInterval: 50,
    })
    this.#socket.connect(`ipc://${path}`)
    void receiveAll(this.#socket, log, ([target, rest]) => {
      if (target === undefined || rest === undefined) return
      if (target.length === 0) sink.unsent(rest.toString())
      else sink.packet(target.toString(), rest)
    })
  }

  offer(target: string, id: string, packet: Buffer): void {
    this.tell(target, '', id, packet)
  }

  tell(target: string, service: string, id: string, packet: Buffer): void {
    const frames = [target, Buffer.from(service, 'latin1'), id, packet]
    this.#socket.send(frames).catch(() => this.#sink.unsent(id))
  }

  close(): void {
    this.#socket.close()
  }
}
