import { throwLater } from './throw-later.ts'

/** A timer that can be stopped; stopping twice is harmless. */
export interface Timer {
  cancel(): void
}

class Entry implements Timer {
  readonly due: number
  action: (() => void) | undefined

  constructor(due: number, action: () => void) {
    this.due = due
    this.action = action
  }

  cancel(): void {
    this.action = undefined
  }
}

/**
 * One coarse clock for all holds: a slot per tick, so that ten thousand keep-alives cost one system timer. An entry fires up to one
 * tick late, never early. Entries further away than the wheel is round are looked at once a round.
 */
export class TimerWheel {
  readonly #tick: number
  readonly #slots: Entry[][]
  #position = 0
  #count = 0
  #clock: NodeJS.Timeout | undefined
  #time = 0

  constructor(tick = 100, slots = 1024) {
    this.#tick = tick
    this.#slots = Array.from({ length: slots }, () => [])
  }

  /** Milliseconds; as coarse as the wheel, but costs nothing. Stands still while no timer runs. */
  get now(): number {
    return this.#time
  }

  after(milliseconds: number, action: () => void): Timer {
    this.#start()
    const entry = new Entry(performance.now() + milliseconds, action)
    this.#insert(entry)
    this.#count++
    return entry
  }

  #insert(entry: Entry): void {
    const ticks = Math.max(1, Math.ceil((entry.due - this.#time) / this.#tick))
    const index = (this.#position + Math.min(ticks, this.#slots.length - 1)) % this.#slots.length
    this.#slots[index]?.push(entry)
  }

  #start(): void {
    if (this.#clock !== undefined) return
    this.#time = performance.now()
    this.#clock = setInterval(() => this.#advance(), this.#tick)
    // Holds keep the process alive by their sockets, not by their timers.
    this.#clock.unref()
  }

  #advance(): void {
    const now = performance.now()
    while (this.#time + this.#tick <= now) {
      this.#time += this.#tick
      this.#position = (this.#position + 1) % this.#slots.length
      const entries = this.#slots[this.#position]
      if (entries === undefined || entries.length === 0) continue
      this.#slots[this.#position] = []
      for (const entry of entries) this.#run(entry)
    }
    if (this.#count === 0) {
      clearInterval(this.#clock)
      this.#clock = undefined
    }
  }

  #run(entry: Entry): void {
    if (entry.action !== undefined && entry.due > this.#time) {
      this.#insert(entry)
      return
    }
    this.#count--
    const { action } = entry
    entry.action = undefined
    try {
      action?.()
    } catch (error) {
      throwLater(error)
    }
  }
}
