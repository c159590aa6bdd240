import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { KEEP_ALIVE_DELAY } from '../../accept/socket-options.ts'
import type { TimerWheel } from '../../hold/timer-wheel.ts'
import { PushdClient } from './client.ts'
import type { ClientContext } from './client.ts'

/** How often in the time that a connection may be idle the idle ones are looked for. */
const LOOKS = 8

export interface TcpOptions {
  readonly maxConnections: number
  /** Seconds without a command; 0 for ever. */
  readonly sessionTimeout: number
  /** Subscribers need not say anything: whether they are still there, the system finds out. */
  readonly sparesSubscribers: boolean
}

/** The connections of the door, and the end of those that are idle. */
export class TcpServer {
  readonly server: Server
  readonly clients = new Set<PushdClient>()
  readonly #context: ClientContext
  readonly #options: TcpOptions

  constructor(context: Omit<ClientContext, 'closed' | 'looks'>, wheel: TimerWheel, options: TcpOptions) {
    this.#context = { ...context, looks: 0, closed: (client) => void this.clients.delete(client) }
    this.#options = options
    const door = context.state.context
    this.server = createServer(
      // A client that has nothing more to say still gets its answers.
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY * 1000 },
      (socket) => {
        door.count('pushd_connections')
        this.clients.add(new PushdClient(socket, this.#context))
      },
    )
    this.server.maxConnections = options.maxConnections
    this.server.on('drop', () => door.log.warn('pushd: client_maxconn reached, connection refused'))
    if (options.sessionTimeout > 0) this.#watch(wheel)
  }

  close(): void {
    this.server.close()
    for (const client of this.clients) client.cut()
  }

  #watch(wheel: TimerWheel): void {
    const look = (): void => {
      if (!this.server.listening) return
      const oldest = ++this.#context.looks - LOOKS
      for (const client of this.clients) if (client.heard < oldest && this.#isIdle(client)) client.cut()
      wheel.after(interval, look)
    }
    const interval = (this.#options.sessionTimeout * 1000) / LOOKS
    this.server.once('listening', () => wheel.after(interval, look))
  }

  #isIdle({ channels }: PushdClient): boolean {
    return channels.size === 0 || !this.#options.sparesSubscribers
  }
}
