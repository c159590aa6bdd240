import type { ConnectionChange } from '../../../shared/link/stats-message.ts'
import type { StatsSocket } from './stats-socket.ts'

/** `conn` packets (GRIP 9.1). The workers say when; nothing of a connection is kept here. */
export class ConnectionPackets {
  readonly #socket: StatsSocket
  readonly #ttl: number

  /** @param ttl seconds. */
  constructor(socket: StatsSocket, ttl: number) {
    this.#socket = socket
    this.#ttl = ttl
  }

  take(changes: readonly ConnectionChange[]): void {
    for (const change of changes) {
      const { id, route } = change
      if ('gone' in change) this.#socket.send('conn', { route, id, unavailable: true })
      else {
        const { type, peer, ssl } = change
        this.#socket.send('conn', { route, id, type, 'peer-address': peer, ssl, ttl: this.#ttl })
      }
    }
  }
}
