import { publishOverHttp } from '../drive/publisher.ts'
import type { PublishReport } from '../drive/publisher.ts'
import { faultsOf } from '../drive/streams.ts'
import type { RunReport, Streams } from '../drive/streams.ts'
import type { Trial } from '../trial.ts'
import type { Figure, Outcome, Scenario } from './scenario.ts'

const STREAMS = 1000
const PACE = 20
const WARM_UP = 100
const CALIBRATION = 200
const MAX_MESSAGES = 10_000

/** One channel, all streams on it, a publisher that takes its time. */
export const fanOutPaced: Scenario = {
  name: 'fan-out-paced',
  title: `${STREAMS} streams on one channel, ${PACE} messages/s`,
  systems: ['gateway', 'floor', 'nchan', 'pushpin'],
  figures: [
    {
      key: 'cpu',
      title: 'CPU per delivery',
      unit: 'µs',
      targets: [
        { rival: 'floor', most: 1.3 },
        { rival: 'nchan', most: 1 },
        { rival: 'pushpin', most: 1 / 5 },
      ],
    },
    { key: 'p50', title: 'publish to receipt, median', unit: 'ms', targets: [{ rival: 'nchan' }] },
    { key: 'p99', title: 'publish to receipt, p99', unit: 'ms', targets: [{ rival: 'nchan' }, { rival: 'pushpin' }] },
    {
      key: 'last99',
      title: 'publish to last receipt, p99',
      unit: 'ms',
      targets: [{ rival: 'floor' }, { rival: 'nchan', most: 1 }, { rival: 'pushpin' }],
    },
  ],
  run: async (trial) => {
    const streams = await held(trial)
    await deliver(trial, streams, WARM_UP, 1)
    return deliver(trial, streams, (trial.quick ? 3 : 6) * PACE, 2, { rate: PACE })
  },
}

/** One channel, all streams on it, a publisher that never waits but for the answer. */
export const fanOutFlat = flatOut('fan-out-flat', 1, ['gateway', 'floor', 'nchan', 'pushpin'])

/** The same with ten messages in each request. */
export const fanOutBatch = flatOut('fan-out-batch', 10, ['gateway', 'pushpin'])

function flatOut(name: string, items: number, systems: Scenario['systems']): Scenario {
  const isBatch = items > 1
  const figures: Figure[] = [
    {
      key: 'cpu',
      title: 'CPU per delivery',
      unit: 'µs',
      targets: isBatch
        ? [{ rival: 'pushpin' }]
        : [{ rival: 'floor' }, { rival: 'nchan', most: 1 / 3 }, { rival: 'pushpin', most: 1 }],
    },
    {
      key: 'rate',
      title: 'deliveries',
      unit: '1/s',
      targets: isBatch
        ? [{ rival: 'pushpin' }]
        : [{ rival: 'floor' }, { rival: 'nchan' }, { rival: 'pushpin', least: 2 }],
    },
  ]
  return {
    name,
    title: `${STREAMS} streams on one channel, publisher flat out${isBatch ? `, ${items} messages in a request` : ''}`,
    systems,
    figures,
    run: async (trial) => {
      const streams = await held(trial)
      await deliver(trial, streams, WARM_UP, 1, { items })
      const { figures } = await deliver(trial, streams, CALIBRATION, 2, { items })
      return deliver(trial, streams, messagesFor(trial.quick ? 1 : 3, figures['rate'] ?? 0), 3, { items })
    },
  }
}

/** As many messages as the system delivers in that time, so that a fast one and a slow one are measured equally well. */
export function messagesFor(seconds: number, deliveriesPerSecond: number): number {
  return Math.min(MAX_MESSAGES, Math.max(CALIBRATION, Math.round((seconds * deliveriesPerSecond) / STREAMS)))
}

/** All streams, open. */
export async function held(trial: Trial): Promise<Streams> {
  const streams = await trial.streams(1)
  const { failed } = await streams.open(STREAMS)
  if (failed > 0) throw new Error(`${failed} of ${STREAMS} streams could not be opened`)
  return streams
}

/** One run of messages to all streams. */
export async function deliver(
  trial: Trial,
  streams: Streams,
  messages: number,
  run: number,
  pace: { rate?: number; items?: number } = {},
): Promise<Outcome> {
  await streams.expect(messages, run)
  const meter = trial.meter()
  const published = await publishOverHttp(trial.system, { messages, run, ...pace })
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
    last99: report.last.p99 / 1000,
  }
}

/** Requests that got no answer are sent again, which can publish a message twice: nothing of that may happen. */
export function unanswered(published: PublishReport): string[] {
  return published.errors === 0 ? [] : [`publish requests without an answer: ${published.errors}`]
}
