import { setTimeout as sleep } from 'node:timers/promises'
import { publishOverHttp } from '../drive/publisher.ts'
import type { PublishReport } from '../drive/publisher.ts'
import { faultsOf, refusalsOf } from '../drive/streams.ts'
import type { RunReport, Streams, StreamsOptions } from '../drive/streams.ts'
import type { Trial } from '../trial.ts'
import type { Outcome } from './scenario.ts'

const PROBE_RUN = 0
const PROBES = 5
const PROBE_PAUSE = 500

/** So many clients that are open and get what is published. @throws Error when one is not. */
export async function held(trial: Trial, count: number, options: StreamsOptions = {}): Promise<Streams> {
  const streams = await trial.streams(options)
  const [refusal] = refusalsOf(await streams.open(count))
  if (refusal !== undefined) throw new Error(refusal)
  if (options.protocol === 'websocket') await subscribed(trial, streams)
  return streams
}

/**
 * The head of a stream says that it is subscribed; nothing says that of a WebSocket, whose backend subscribes after its opening
 * (GRIP 7.3). So messages go out until one of them has come to every client.
 * @throws Error when that does not happen.
 */
export async function subscribed(trial: Trial, streams: Streams): Promise<void> {
  const { publication } = streams
  for (let probe = 1; ; probe++) {
    await sleep(PROBE_PAUSE)
    await streams.expect(publication.channels, PROBE_RUN)
    await publishOverHttp(trial.system, { ...publication, messages: publication.channels, run: PROBE_RUN })
    const { lost, expected } = await streams.report()
    if (lost === 0) return
    if (probe === PROBES) throw new Error(`${lost} of ${expected} clients are not subscribed`)
  }
}

/** One run of messages to all clients. */
export async function deliver(
  trial: Trial,
  streams: Streams,
  messages: number,
  run: number,
  pace: { rate?: number; items?: number; connections?: number } = {},
): Promise<Outcome> {
  await streams.expect(messages, run)
  const meter = trial.meter()
  const published = await publishOverHttp(trial.system, { ...streams.publication, messages, run, ...pace })
  const report = await streams.report()
  const reading = meter.read(published.cpu)
  return {
    reading,
    faults: [...faultsOf(report), ...unanswered(published)],
    figures: figuresOf(report, reading.cpu, reading.busiest),
  }
}

function figuresOf(report: RunReport, cpu: number, busiest: number): Record<string, number> {
  return {
    cpu: (cpu / report.received) * 1e6,
    busiest: (busiest / report.received) * 1e6,
    rate: report.received / report.seconds,
    p50: report.latency.p50 / 1000,
    p99: report.latency.p99 / 1000,
    last50: report.last.p50 / 1000,
    last99: report.last.p99 / 1000,
  }
}

/** Requests that got no answer are sent again, which can publish a message twice: nothing of that may happen. */
export function unanswered(published: PublishReport): string[] {
  return published.errors === 0 ? [] : [`publish requests without an answer: ${published.errors}`]
}
