import type { Running } from '../systems/system.ts'
import { LoadProcess } from './load-process.ts'
import type { LoadOptions } from './load-process.ts'
import type { Latency } from './streams.ts'

export interface Publication {
  readonly messages: number
  readonly run: number
  readonly channels?: number
  /** Messages a second; without it the next goes out when the last is answered. */
  readonly rate?: number
  /** Messages in a request. */
  readonly items?: number
  readonly connections?: number
  /** Bytes of a message. */
  readonly size?: number | undefined
  /** What the clients take; those with `response` poll. */
  readonly format?: 'stream' | 'response' | 'websocket'
}

export interface PublishReport {
  readonly published: number
  /** Messages that had to be sent again because the server had enough for now. */
  readonly refused: number
  /** Requests that were not answered, and were sent again. */
  readonly errors: number
  /** Connections that the server closed. */
  readonly reconnects: number
  readonly seconds: number
  readonly answer: Latency
  /** Seconds of CPU that the publisher took. */
  readonly cpu: number
}

const LIMIT = 120

export function publishOverHttp(system: Running, publication: Publication): Promise<PublishReport> {
  return publish({ ...publication, style: system.publishStyle, port: system.publishPort })
}

/** @throws Error when the system has no ZeroMQ input. */
export function publishOverZeroMq(system: Running, publication: Publication): Promise<PublishReport> {
  if (system.pullPort === undefined) throw new Error('it has no ZeroMQ input')
  return publish({ ...publication, style: 'zmtp', port: system.pullPort })
}

async function publish(options: LoadOptions): Promise<PublishReport> {
  return new LoadProcess('publish', options).next<PublishReport>(LIMIT)
}
