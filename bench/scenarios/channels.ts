import { publishOverHttp, publishOverZeroMq } from '../drive/publisher.ts'
import type { Publication, PublishReport } from '../drive/publisher.ts'
import { faultsOf } from '../drive/streams.ts'
import type { Streams } from '../drive/streams.ts'
import type { Running, SystemName } from '../systems/system.ts'
import type { Trial } from '../trial.ts'
import { unanswered } from './deliver.ts'
import type { Outcome, Scenario } from './scenario.ts'

const CHANNELS = 1000
const CALIBRATION = 2000
const MAX_MESSAGES = 400_000

type Publish = (system: Running, publication: Publication) => Promise<PublishReport>

/** Every message for one client: what a publish costs, where the fan-out cannot hide it. */
export const channelsHttp = channels(
  'channels-http',
  'one message a request, 8 connections',
  ['gateway', 'nchan', 'pushpin'],
  (system, publication) => publishOverHttp(system, { ...publication, connections: 8 }),
)

export const channelsHttpBatch = channels(
  'channels-batch',
  '100 messages a request, one connection',
  ['gateway', 'pushpin'],
  (system, publication) => publishOverHttp(system, { ...publication, items: 100 }),
)

export const channelsZeroMq = channels('channels-zeromq', 'ZeroMQ PUSH', ['gateway', 'pushpin'], publishOverZeroMq)

function channels(name: string, how: string, systems: readonly SystemName[], publish: Publish): Scenario {
  const rivals = systems.filter((system) => system !== 'gateway')
  return {
    name,
    title: `${CHANNELS} channels with one stream each, publisher flat out: ${how}`,
    systems,
    figures: [
      {
        key: 'rate',
        title: 'messages',
        unit: '1/s',
        targets: rivals.map((rival) => (rival === 'pushpin' ? { rival, least: 5 } : { rival })),
      },
      { key: 'cpu', title: 'CPU per message', unit: 'µs', targets: rivals.map((rival) => ({ rival })) },
    ],
    run: async (trial) => {
      const streams = await trial.streams({ channels: CHANNELS })
      await streams.open(CHANNELS)
      await oneRun(trial, streams, CALIBRATION, 1, publish)
      const { figures } = await oneRun(trial, streams, CALIBRATION, 2, publish)
      const wanted = Math.round((figures['rate'] ?? 0) * (trial.quick ? 1 : 3))
      return oneRun(trial, streams, Math.min(MAX_MESSAGES, Math.max(CALIBRATION, wanted)), 3, publish)
    },
  }
}

async function oneRun(
  trial: Trial,
  streams: Streams,
  messages: number,
  run: number,
  publish: Publish,
): Promise<Outcome> {
  await streams.expect(messages, run)
  const meter = trial.meter()
  const published = await publish(trial.system, { messages, run, channels: CHANNELS })
  const report = await streams.report()
  const reading = meter.read(published.cpu)
  return {
    reading,
    faults: [...faultsOf(report), ...unanswered(published)],
    figures: { rate: report.received / report.seconds, cpu: (reading.cpu / report.received) * 1e6 },
  }
}
