import type { Settings } from '../config/keys.ts'
import type { LogOptions } from '../log.ts'

/** What a child is told once, at its start. It stays the same over restarts: the config file is read once (GRIP 10.1). */
export interface StartOrders {
  readonly settings: Settings
  /** Directory of the config file, or the working directory; what the config names is beside it. */
  readonly configDirectory: string
  readonly log: LogOptions
  /** `--route` lines; when there are any the routes file is not read. */
  readonly routeLines: readonly string[]
  /** 0 for the first worker; the handler has no use for it. */
  readonly worker: number
}

/** What a child says to its parent. */
export type ChildReport =
  /** It listens for its orders; sent before that, they would be lost while its modules load. */
  { readonly type: 'ready' } | { readonly type: 'started' } | { readonly type: 'failed'; readonly message: string }

/** A process's work, as its signals see it. */
export interface Running {
  /** SIGHUP */
  reload(): void
  /** SIGTERM; the process ends when it resolves. */
  stop(): Promise<void>
}
