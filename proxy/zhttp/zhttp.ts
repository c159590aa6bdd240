import { randomBytes } from 'node:crypto'
import { socketPath } from '../../shared/link/endpoint.ts'
import type { Settings } from '../../shared/config/keys.ts'
import type { Log } from '../../shared/log.ts'
import type { Target } from '../choose/route.ts'
import { Exchanges } from './exchanges.ts'
import type { Hub } from './hub.ts'

/** A worker's part in `zhttp/` and `zhttpreq/` targets (GRIP 12). Until a route has one, nothing is loaded and nothing listens. */
export class Zhttp {
  readonly exchanges: Exchanges
  readonly #settings: Settings
  readonly #worker: number
  readonly #log: Log
  #targets: readonly Target[] = []
  #hub: Hub | undefined
  #isStarted = false
  #isClosed = false

  constructor(settings: Settings, worker: number, log: Log) {
    this.exchanges = new Exchanges((message) => log.debug(message))
    this.#settings = settings
    this.#worker = worker
    this.#log = log
  }

  /** These are the targets of the routes from now on. */
  listenFor(targets: readonly Target[]): void {
    this.#targets = targets
    this.#hub?.listenFor(targets)
    if (targets.length === 0 || this.#isStarted) return
    this.#isStarted = true
    this.#start().catch((error: Error) => this.#log.error(`zhttp: ${error.message}`))
  }

  close(): void {
    this.#isClosed = true
    this.exchanges.close()
  }

  async #start(): Promise<void> {
    const { global, proxy } = this.#settings
    // Workers of one gateway have one parent, and a worker that is started again has other exchanges.
    const prefix = `pushpin-proxy_${process.ppid}_`
    const address = `${prefix}${this.#worker}_${randomBytes(4).toString('hex')}`
    const path = socketPath(global.rundir, `${global.ipc_prefix}zhttp`)
    const { exchanges } = this
    if (this.#worker > 0) {
      const { HubClient } = await import('./hub-client.ts')
      if (!this.#isClosed) exchanges.use(new HubClient(address, path, exchanges, this.#log))
      return
    }
    const { Hub } = await import('./hub.ts')
    if (this.#isClosed) return
    const relayPath = proxy.workers > 1 ? path : undefined
    this.#hub = new Hub({ address, prefix, relayPath, sink: exchanges, log: this.#log })
    exchanges.use(this.#hub)
    this.#hub.listenFor(this.#targets)
  }
}
