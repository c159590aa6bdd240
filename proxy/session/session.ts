import type { LastIds } from '../../shared/link/session-calls.ts'
import { isSessionText } from './session-headers.ts'

/** The session that a request or a WebSocket belongs to (GRIP 3.10). */
export class Session {
  readonly id: string
  /** As they were when the request came. */
  readonly lastIds: LastIds
  readonly #prefix: string
  readonly #report: (sid: string, channel: string, id: string) => void

  /** @param prefix of the route; channels are stored without it, as the backend knows them. */
  constructor(
    id: string,
    lastIds: LastIds,
    prefix: string,
    report: (sid: string, channel: string, id: string) => void,
  ) {
    this.id = id
    this.lastIds = lastIds
    this.#prefix = prefix
    this.#report = report
  }

  /** The client was sent items with these ids, in their order; one without leaves what is stored as it is. */
  delivered(channel: string, ids: readonly (string | undefined)[]): void {
    const name = channel.startsWith(this.#prefix) ? channel.slice(this.#prefix.length) : channel
    // A publisher has chosen these, and they will be headers.
    const last = ids.findLast((id) => id !== undefined && isSessionText(id))
    if (last !== undefined && isSessionText(name)) this.#report(this.id, name, last)
  }
}
