import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { cpuOf, treeOf } from './processes.ts'

/** What a stretch of time has cost. */
export interface Reading {
  readonly seconds: number
  /** Seconds of CPU of all processes of the system under test. */
  readonly cpu: number
  /** The same of the one of them that took most. */
  readonly busiest: number
  /** Share of the machine's CPU that clients, publishers and backend took: 1 is all cores. */
  readonly loadShare: number
  /** Share that neither the system nor the benchmark took: other users of the machine, the hypervisor included. */
  readonly foreignShare: number
}

/** Measures CPU from its creation to `read`. */
export class Meter {
  readonly #load: readonly number[]
  readonly #start = performance.now()
  readonly #system: ReadonlyMap<number, number>
  readonly #loadStart: number
  readonly #machineStart = machineBusy()
  readonly #own = process.cpuUsage()
  readonly #onRead: () => void

  /**
   * @param root the first process of the system.
   * @param load processes of the benchmark that live longer than the meter.
   */
  constructor(root: number, load: readonly number[], onRead: () => void = () => {}) {
    this.#load = load
    this.#onRead = onRead
    this.#system = new Map(treeOf(root).map((pid) => [pid, cpuOf(pid)]))
    this.#loadStart = sum(load.map(cpuOf))
  }

  /** @param ended seconds of CPU of load processes that began and ended in between. */
  read(ended = 0): Reading {
    const seconds = (performance.now() - this.#start) / 1000
    const used = [...this.#system].map(([pid, before]) => cpuOf(pid) - before)
    const cpu = sum(used)
    const load = sum(this.#load.map(cpuOf)) - this.#loadStart + ended
    const { user, system } = process.cpuUsage(this.#own)
    this.#onRead()
    const known = cpu + load + (user + system) / 1e6
    const capacity = seconds * availableParallelism()
    return {
      seconds,
      cpu,
      busiest: Math.max(...used),
      loadShare: load / capacity,
      foreignShare: Math.max(0, (machineBusy() - this.#machineStart - known) / capacity),
    }
  }
}

/** Seconds of CPU that the machine was not idle; time stolen by its host counts, for nothing here could use it. */
function machineBusy(): number {
  const [, user, nice, system, , , irq, softirq, steal] = (readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number)
  return sum([user, nice, system, irq, softirq, steal].map((ticks) => ticks ?? 0)) / 100
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
