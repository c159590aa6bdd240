import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBackend } from './drive/backend.ts'
import type { Backend } from './drive/backend.ts'
import { Streams } from './drive/streams.ts'
import { Meter } from './measure/meter.ts'
import type { Running, System, SystemName } from './systems/system.ts'

export interface TrialOptions {
  readonly logLevel: number
  readonly env: NodeJS.ProcessEnv
  /** Seconds; 0: none. */
  readonly keepAlive: number
  readonly quick: boolean
}

interface Parts {
  readonly name: SystemName
  readonly system: Running
  readonly backend: Backend
  /** Whether short runs are asked for. */
  readonly quick: boolean
  /** When the system was started, `performance.now()`. */
  readonly startedAt: number
  readonly directory: string
}

/** One system, fresh, with a backend of its own, for one round of one scenario. */
export class Trial {
  readonly name: SystemName
  readonly system: Running
  readonly quick: boolean
  readonly startedAt: number
  readonly #backend: Backend
  readonly #directory: string
  readonly #streams: Streams[] = []

  private constructor({ name, system, backend, quick, startedAt, directory }: Parts) {
    this.name = name
    this.system = system
    this.quick = quick
    this.startedAt = startedAt
    this.#backend = backend
    this.#directory = directory
  }

  static async start(name: SystemName, system: System, options: TrialOptions): Promise<Trial> {
    const directory = await mkdtemp(join(tmpdir(), 'gw-bench-'))
    const backend = await startBackend(directory, options.keepAlive)
    try {
      const { logLevel, env, quick } = options
      const startedAt = performance.now()
      const running = await system.start({ directory, backendPort: backend.port, logLevel, env })
      return new Trial({ name, system: running, backend, quick, startedAt, directory })
    } catch (error) {
      await backend.stop()
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  /** Clients for `channels` channels in turn, none of them connected yet. */
  async streams(channels: number): Promise<Streams> {
    await this.system.canHold?.()
    const { port, holdHeader } = this.system
    const streams = new Streams({ port, path: '/hold/', header: holdHeader, channels })
    this.#streams.push(streams)
    return streams
  }

  /** Begins to count CPU. */
  meter(): Meter {
    return new Meter(this.system.child.pid, [this.#backend.pid, ...this.#streams.map(({ pid }) => pid)])
  }

  async stop(): Promise<void> {
    for (const streams of this.#streams) await streams.stop()
    await this.system.child.stop()
    await this.#backend.stop()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
