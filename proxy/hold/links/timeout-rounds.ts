import type { TimerWheel } from '../timer-wheel.ts'

/** A stream whose next link is to be fetched when it has not heard anything for a while. */
export interface Listener {
  /** @returns whether each of its channels has said something since the last call. */
  takeHeard(): boolean
  timedOut(): void
}

/**
 * The timeouts of next links (GRIP 6.5). Streams with the same link and timeout share their rounds, so that they ask at the same time
 * and the backend is asked once for all of them.
 */
export class TimeoutRounds {
  readonly #wheel: TimerWheel
  readonly #rounds = new Map<string, Set<Listener>>()

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel
  }

  /** @param timeout seconds. @returns what takes the listener out again. */
  join(uri: string, timeout: number, listener: Listener): () => void {
    const [path = ''] = uri.split('?', 1)
    const key = `${timeout} ${path}`
    let listeners = this.#rounds.get(key)
    if (listeners === undefined) {
      this.#rounds.set(key, (listeners = new Set()))
      this.#wheel.after(timeout * 1000, () => this.#end(key, timeout))
    }
    listeners.add(listener)
    const round = listeners
    return () => round.delete(listener)
  }

  /** Those that have heard of all their channels go on into the next round. */
  #end(key: string, timeout: number): void {
    const listeners = this.#rounds.get(key) ?? new Set()
    const silent = [...listeners].filter((listener) => !listener.takeHeard())
    for (const listener of silent) listeners.delete(listener)
    if (listeners.size === 0) this.#rounds.delete(key)
    else this.#wheel.after(timeout * 1000, () => this.#end(key, timeout))
    for (const listener of silent) listener.timedOut()
  }
}
