import { setTimeout as sleep } from 'node:timers/promises'
import { httpBackend } from '../drive/backend.ts'
import { refusalsOf } from '../drive/streams.ts'
import type { StreamsOptions } from '../drive/streams.ts'
import { memoryOf, treeOf } from '../measure/processes.ts'
import type { Memory } from '../measure/processes.ts'
import type { Trial } from '../trial.ts'
import { subscribed } from './deliver.ts'
import type { Outcome, Scenario } from './scenario.ts'

const FIRST = 1000
const ALL = 10_000
/** Opened to be counted, when the system is warm. */
const WARM = 5000
const SETTLE_SECONDS = 2
/** Some seconds after many clients came, garbage collectors tidy up once. */
const AFTERMATH_SECONDS = 15
const KEEP_ALIVE = 25

/** What open streams weigh, of which the first thousand belong to what the system weighs anyway; and what it costs to open some. */
export const hold: Scenario = {
  name: 'hold',
  title: `${ALL} streams held, then ${WARM} opened, 64 at a time`,
  systems: ['gateway', 'nchan', 'pushpin'],
  figures: [
    { key: 'cpu', title: 'CPU per accepted hold', unit: 'µs', targets: [{ rival: 'pushpin', most: 1 / 4 }] },
    { key: 'rate', title: 'holds accepted', unit: '1/s', targets: [{ rival: 'pushpin' }] },
    {
      key: 'pss',
      title: 'memory (PSS) per held stream',
      unit: 'KB',
      targets: [{ limit: 7 }, { rival: 'nchan' }, { rival: 'pushpin' }],
    },
    {
      key: 'rss',
      title: 'memory (RSS) per held stream',
      unit: 'KB',
      targets: [{ rival: 'nchan' }, { rival: 'pushpin' }],
    },
  ],
  run: (trial) => open(trial),
}

/** Open streams on which nothing is published, only kept alive. One whole period of the keep-alive, so one round will do. */
export const idle: Scenario = {
  name: 'idle',
  title: `${ALL} idle streams, a line feed every ${KEEP_ALIVE} s`,
  systems: ['gateway', 'pushpin'],
  rounds: 1,
  slow: true,
  backend: httpBackend(KEEP_ALIVE),
  figures: [
    {
      key: 'cpu',
      title: 'CPU per stream and second',
      unit: 'µs',
      targets: [{ limit: 2 }, { rival: 'pushpin' }],
    },
  ],
  run: async (trial): Promise<Outcome> => {
    const streams = await trial.streams()
    const opened = await streams.open(ALL)
    await sleep(AFTERMATH_SECONDS * 1000)
    const meter = trial.meter()
    await sleep(KEEP_ALIVE * 1000)
    const reading = meter.read()
    return {
      reading,
      faults: refusalsOf(opened),
      figures: { cpu: (reading.cpu / opened.held / reading.seconds) * 1e6 },
    }
  },
}

/** What it costs to have clients, of a system that is new, and to open them, of one that is warm; streams unless the options say otherwise. */
export async function open(trial: Trial, options?: StreamsOptions): Promise<Outcome> {
  const isWebSocket = options?.protocol === 'websocket'
  const { memory, faults } = await memoryPerClient(trial, options)
  await trial.warmUp(1, options)
  const streams = await trial.streams(options)
  const meter = trial.meter()
  const result = await streams.open(WARM)
  // The backend's part of a WebSocket comes behind its opening.
  if (isWebSocket) await sleep(SETTLE_SECONDS * 1000)
  const reading = meter.read()
  return {
    reading,
    faults: [...faults, ...refusalsOf(result)],
    figures: {
      cpu: (reading.cpu / result.held) * 1e6,
      rate: result.held / result.seconds,
      pss: memory.pss / 1024,
      rss: memory.rss / 1024,
    },
  }
}

/** Bytes; the clients are gone afterwards. */
async function memoryPerClient(
  trial: Trial,
  options: StreamsOptions | undefined,
): Promise<{ memory: Memory; faults: string[] }> {
  const all = trial.quick ? ALL / 2 : ALL
  const streams = await trial.streams(options)
  const first = await streams.open(FIRST)
  if (first.held === 0) throw new Error(refusalsOf(first)[0])
  const before = await settledMemory(trial)
  const result = await streams.open(all - FIRST)
  const after = await settledMemory(trial)
  if (options?.protocol === 'websocket') await subscribed(trial, streams)
  await streams.stop()
  const opened = result.held - first.held
  return {
    memory: { pss: (after.pss - before.pss) / opened, rss: (after.rss - before.rss) / opened },
    faults: refusalsOf(result),
  }
}

/** The memory of all processes of the system, once they have done what the last clients still caused. */
export async function settledMemory(trial: Trial): Promise<Memory> {
  await sleep(SETTLE_SECONDS * 1000)
  return memoryOf(treeOf(trial.system.child.pid))
}
