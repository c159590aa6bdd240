import type { StreamsOptions } from '../drive/streams.ts'
import type { Trial } from '../trial.ts'
import { deliver, held } from './deliver.ts'
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
  run: (trial) => paced(trial),
}

/** One channel, all streams on it, a publisher that never waits but for the answer. */
export const fanOutFlat = flatOutScenario('fan-out-flat', 1, ['gateway', 'floor', 'nchan', 'pushpin'])

/** The same with ten messages in each request. */
export const fanOutBatch = flatOutScenario('fan-out-batch', 10, ['gateway', 'pushpin'])

function flatOutScenario(name: string, items: number, systems: Scenario['systems']): Scenario {
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
    run: (trial) => flatOut(trial, items),
  }
}

/** A publisher that takes its time; the clients are streams unless the options say otherwise. */
export async function paced(trial: Trial, options?: StreamsOptions): Promise<Outcome> {
  const streams = await held(trial, STREAMS, options)
  await deliver(trial, streams, WARM_UP, 1)
  return deliver(trial, streams, (trial.quick ? 3 : 6) * PACE, 2, { rate: PACE })
}

/**
 * A publisher that never waits but for the answer. It sends as many messages as the system delivers in a fixed time, so that a
 * fast one and a slow one are measured equally well.
 */
export async function flatOut(trial: Trial, items: number, options?: StreamsOptions): Promise<Outcome> {
  const streams = await held(trial, STREAMS, options)
  await deliver(trial, streams, WARM_UP, 1, { items })
  const { figures } = await deliver(trial, streams, CALIBRATION, 2, { items })
  const wanted = Math.round(((trial.quick ? 1 : 3) * (figures['rate'] ?? 0)) / STREAMS)
  return deliver(trial, streams, Math.min(MAX_MESSAGES, Math.max(CALIBRATION, wanted)), 3, { items })
}
