import type { Child } from '../child.ts'

export type SystemName =
  | 'gateway'
  | 'gateway-2'
  | 'gateway-3'
  | 'gateway-4'
  | 'pushpin'
  | 'nchan'
  | 'nginx'
  | 'haproxy'
  | 'http-proxy'
  | 'floor'

export interface StartOptions {
  /** An empty folder for its files. */
  readonly directory: string
  readonly backendPort: number
  /** 2: a log line for each request, as the gateways are shipped; below: none. */
  readonly logLevel: number
  readonly env: NodeJS.ProcessEnv
}

/** A system that is running, and how to talk to it. */
export interface Running {
  readonly child: Child
  /** For clients. */
  readonly port: number
  /** For publishers over HTTP, and how they put a message: as GRIP items, or bare behind a path with the channel. */
  readonly publishPort: number
  readonly publishStyle: 'grip' | 'raw'
  /** For publishers with a ZeroMQ PUSH socket. */
  readonly pullPort?: number
  /** A header that a client must send to get a stream, not a WebSocket. */
  readonly holdHeader?: string
  /** Resolves when it can hold; for a system that answers before it can. */
  readonly canHold?: () => Promise<void>
}

/** Something to measure. */
export interface System {
  /** What the tables call it. */
  readonly title: string
  /** What it would need to run here; undefined when it can. */
  missing(): string | undefined
  start(options: StartOptions): Promise<Running>
}
