import { createHash } from 'node:crypto'
import { workerPath } from '../../shared/link/endpoint.ts'
import type { Settings } from '../../shared/config/keys.ts'
import type { Exchange } from '../accept/exchange.ts'
import { isHandedOn } from './client-facts.ts'
import { handOn } from './hand-on.ts'

/** The workers of a gateway as one of them sees them: who owns what spans connections, and the way to that one. */
export class Peers {
  readonly #worker: number
  readonly #paths: readonly string[]
  readonly #count: (name: string) => void

  /** @param worker number of this one @throws Error when a path is longer than a socket's may be. */
  constructor(worker: number, { global, proxy }: Settings, count: (name: string) => void) {
    this.#worker = worker
    this.#count = count
    this.#paths = Array.from({ length: proxy.workers }, (_, n) => workerPath(global.rundir, global.ipc_prefix, n))
  }

  /** Of this worker's private socket; undefined when there is nobody who could hand something on. */
  get ownPath(): string | undefined {
    return this.#paths.length === 1 ? undefined : this.#paths[this.#worker]
  }

  /** The number of the worker that owns what clients have chosen this name for; all workers say the same. */
  ownerOf(name: string): number {
    return createHash('sha1').update(name).digest().readUInt32BE() % this.#paths.length
  }

  /**
   * Hands the request on unless the owner is this worker. @returns whether it did.
   * @param unavailable called instead of an answer when the owner does not answer
   */
  handOn(exchange: Exchange, owner: number, unavailable: () => void): boolean {
    const path = this.#paths[owner]
    if (owner === this.#worker || path === undefined || isHandedOn(exchange.req)) return false
    this.#count('requests_handed_on')
    handOn(exchange, path, unavailable)
    return true
  }
}
