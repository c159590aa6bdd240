import { Router } from 'zeromq'
import type { Log } from '../../shared/log.ts'
import type { Target } from '../choose/route.ts'
import { receiveAll } from './receive-all.ts'
import type { ServiceSockets } from './service-sockets.ts'
import { serviceSockets } from './service-sockets.ts'
import type { Services, ServicesSink } from './services.ts'

export interface HubOptions {
  /** Of this worker. */
  readonly address: string
  /** Of the addresses of all workers. */
  readonly prefix: string
  /** Socket file for the other workers; undefined when there are none. */
  readonly relayPath: string | undefined
  readonly sink: ServicesSink
  readonly log: Log
}

interface Entry {
  readonly sockets: ServiceSockets
  isBound: boolean
  isInRoutes: boolean
  /** When a packet has last gone through, by `performance.now()`. */
  lastUse: number
}

// GRIP 12.2
const MAX_TARGETS = 100

/** Milliseconds without a packet that no exchange survives (GRIP 12.3), and some for the clocks' differences. */
const QUIET = 70_000
const QUIET_CHECK = 10_000

/**
 * Has the sockets that services connect to, of which there can be only one of each. It is in the first worker; packets of the others come and
 * go through it. A target that is in no route any more is closed when its last exchange must be over (GRIP 1.8).
 */
export class Hub implements Services {
  readonly address: string
  readonly #options: HubOptions
  readonly #entries = new Map<string, Entry>()
  readonly #relay: Router | undefined
  readonly #check: NodeJS.Timeout

  constructor(options: HubOptions) {
    this.address = options.address
    this.#options = options
    this.#check = setInterval(() => this.#closeUnused(), QUIET_CHECK).unref()
    if (options.relayPath !== undefined) {
      this.#relay = new Router({ linger: 0, sendTimeout: 0, mandatory: true, sendHighWaterMark: 101_000 })
      void this.#serve(this.#relay, options.relayPath)
    }
  }

  /** Listens for the services of these targets, and of no others. */
  listenFor(targets: readonly Target[]): void {
    const wanted = new Map<string, Target>()
    for (const target of targets) if (!wanted.has(target.name)) wanted.set(target.name, target)
    if (wanted.size > MAX_TARGETS) {
      this.#options.log.warn(`too many unique zhttp route targets, limiting to ${MAX_TARGETS}`)
    }
    const names = new Set([...wanted.keys()].slice(0, MAX_TARGETS))
    for (const [name, entry] of this.#entries) entry.isInRoutes = names.has(name)
    for (const [name, target] of wanted) {
      if (names.has(name) && !this.#entries.has(name)) void this.#listen(name, target)
    }
  }

  offer(target: string, id: string, packet: Buffer): void {
    this.#send(target, '', packet, () => this.#options.sink.unsent(id))
  }

  tell(target: string, service: string, id: string, packet: Buffer): void {
    this.#send(target, service, packet, () => this.#options.sink.unsent(id))
  }

  close(): void {
    clearInterval(this.#check)
    this.#relay?.close()
    for (const { sockets } of this.#entries.values()) sockets.close()
    this.#entries.clear()
  }

  async #listen(name: string, target: Target): Promise<void> {
    const { prefix, log } = this.#options
    const onPacket = (address: string, packet: Buffer): void => {
      entry.lastUse = performance.now()
      this.#deliver(name, address, packet)
    }
    const sockets = serviceSockets(target, prefix, onPacket, log)
    const entry: Entry = { sockets, isBound: false, isInRoutes: true, lastUse: performance.now() }
    this.#entries.set(name, entry)
    try {
      await sockets.bind()
      entry.isBound = true
    } catch (error) {
      log.error(`target ${name}: ${(error as Error).message}`)
      sockets.close()
      // The next reload tries again.
      if (this.#entries.get(name) === entry) this.#entries.delete(name)
    }
  }

  #send(target: string, service: string, packet: Buffer, onUnsent: () => void): void {
    const entry = this.#entries.get(target)
    if (entry?.isBound !== true) {
      setImmediate(onUnsent)
      return
    }
    entry.lastUse = performance.now()
    entry.sockets.send(service, packet).catch(onUnsent)
  }

  #deliver(target: string, address: string, packet: Buffer): void {
    if (address === this.address) this.#options.sink.packet(target, packet)
    else this.#tellWorker([Buffer.from(address, 'latin1'), target, packet])
  }

  async #serve(relay: Router, path: string): Promise<void> {
    try {
      await relay.bind(`ipc://${path}`)
    } catch (error) {
      this.#options.log.error(`zhttp: ${path}: ${(error as Error).message}`)
      return
    }
    await receiveAll(relay, this.#options.log, ([worker, target, service, id, packet]) => {
      if (worker === undefined || packet === undefined) return
      const onUnsent = (): void => this.#tellWorker([worker, '', id ?? ''])
      this.#send(String(target), service?.toString('latin1') ?? '', packet, onUnsent)
    })
  }

  /** One that has gone meanwhile needs no answer. */
  #tellWorker(frames: (Buffer | string)[]): void {
    if (this.#relay?.closed === false) this.#relay.send(frames).catch(() => {})
  }

  #closeUnused(): void {
    for (const [name, { isInRoutes, lastUse, sockets, isBound }] of this.#entries) {
      if (isInRoutes || !isBound || performance.now() - lastUse < QUIET) continue
      this.#entries.delete(name)
      sockets.close()
    }
  }
}
