import type { Timer, TimerWheel } from '../timer-wheel.ts'

/** A stream whose next link is to be fetched when it has not heard anything for a while. */
export interface Listener {
  /** @returns whether each of its channels has said something since the last call. */
  takeHeard(): boolean
  timedOut(): void
}

interface Round {
  readonly listeners: Set<Listener>
  timer: Timer
}

/**
 * The timeouts of next links (GRIP 6.5). Streams with the same link and timeout share their rounds, so that they ask at the same time
 * and the backend is asked once for all of them.
 */
export class TimeoutRounds {
  readonly #wheel: TimerWheel
  readonly #rounds = new Map<string, Round>()

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel
  }

  /** @param timeout seconds. @returns what takes the listener out again. */
  join(uri: string, timeout: number, listener: Listener): () => void {
    const [path = ''] = uri.split('?', 1)
    const key = `${timeout} ${path}`
    const round = this.#rounds.get(key) ?? this.#begin(key, timeout)
    round.listeners.add(listener)
    return () => {
      if (!round.listeners.delete(listener) || round.listeners.size > 0) return
      // Each client may have a link of its own, and the timeout may be days.
      round.timer.cancel()
      this.#rounds.delete(key)
    }
  }

  #begin(key: string, timeout: number): Round {
    const timer = this.#wheel.after(timeout * 1000, () => this.#end(key, timeout))
    const round = { listeners: new Set<Listener>(), timer }
    this.#rounds.set(key, round)
    return round
  }

  /** Those that have heard of all their channels go on into the next round. */
  #end(key: string, timeout: number): void {
    const round = this.#rounds.get(key)
    if (round === undefined) return
    const { listeners } = round
    const silent = [...listeners].filter((listener) => !listener.takeHeard())
    for (const listener of silent) listeners.delete(listener)
    if (listeners.size === 0) this.#rounds.delete(key)
    else round.timer = this.#wheel.after(timeout * 1000, () => this.#end(key, timeout))
    for (const listener of silent) listener.timedOut()
  }
}
