import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend, StartBackend } from './drive/backend.ts'
import { Streams } from './drive/streams.ts'
import type { StreamsOptions } from './drive/streams.ts'
import { Meter } from './measure/meter.ts'
import { beginProfiles, endProfiles, profilingEnvironment } from './measure/profiling.ts'
import type { Running, System, SystemName } from './systems/system.ts'

const directories = new Set<string>()

// Also when the benchmark is interrupted.
process.on('exit', () => {
  for (const directory of directories) remove(directory)
})

export interface TrialOptions {
  readonly logLevel: number
  readonly startBackend: StartBackend
  readonly quick: boolean
  /** A folder for CPU profiles of the system, which must be the gateway. */
  readonly profiles: string | undefined
}

const WARM_UP_ROUNDS = 3
const WARM_UP_CLIENTS = 5000

interface Parts {
  readonly name: SystemName
  readonly system: Running
  readonly backend: Backend
  /** Whether short runs are asked for. */
  readonly quick: boolean
  /** When the system was started, `performance.now()`. */
  readonly startedAt: number
  readonly directory: string
  readonly profiled: boolean
}

/** One system, fresh, with a backend of its own, for one round of one scenario. */
export class Trial {
  readonly name: SystemName
  readonly system: Running
  readonly quick: boolean
  readonly startedAt: number
  readonly #backend: Backend
  readonly #directory: string
  readonly #profiled: boolean
  readonly #streams: Streams[] = []

  private constructor({ name, system, backend, quick, startedAt, directory, profiled }: Parts) {
    this.name = name
    this.system = system
    this.quick = quick
    this.startedAt = startedAt
    this.#backend = backend
    this.#directory = directory
    this.#profiled = profiled
  }

  static async start(name: SystemName, system: System, options: TrialOptions): Promise<Trial> {
    const directory = mkdtempSync(join(tmpdir(), 'gw-bench-'))
    directories.add(directory)
    const backend = await options.startBackend(directory)
    try {
      const { logLevel, quick, profiles } = options
      const env = profiles === undefined ? {} : profilingEnvironment(profiles)
      const startedAt = performance.now()
      const running = await system.start({ directory, backendPort: backend.port, logLevel, env })
      return new Trial({
        name,
        system: running,
        backend,
        quick,
        startedAt,
        directory,
        profiled: profiles !== undefined,
      })
    } catch (error) {
      await backend.stop()
      remove(directory)
      throw error
    }
  }

  /** Clients, none of them connected yet. */
  async streams(options: StreamsOptions = {}): Promise<Streams> {
    await this.system.canHold?.()
    const streams = new Streams(this.system, options)
    this.#streams.push(streams)
    return streams
  }

  /**
   * Opens clients and lets them go, several times: what a system compiles or allocates while it is new must not be counted as what a client costs.
   * @param workers each of which has to become warm.
   */
  async warmUp(workers: number, options: StreamsOptions = {}): Promise<void> {
    for (let round = 0; round < (this.quick ? 1 : WARM_UP_ROUNDS) * workers; round++) {
      await this.system.canHold?.()
      const streams = new Streams(this.system, options)
      await streams.open(WARM_UP_CLIENTS)
      await streams.stop()
    }
  }

  /** Begins to count CPU. */
  meter(): Meter {
    const root = this.system.child.pid
    if (this.#profiled) beginProfiles(root)
    return new Meter(root, [this.#backend.pid, ...this.#streams.map(({ pid }) => pid)], () => {
      if (this.#profiled) endProfiles(root)
    })
  }

  async stop(): Promise<void> {
    for (const streams of this.#streams) await streams.stop()
    await this.system.child.stop()
    await this.#backend.stop()
    remove(this.#directory)
  }
}

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  directories.delete(directory)
}
