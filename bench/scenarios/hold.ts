import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf, treeOf } from '../measure/processes.ts'
import type { Memory } from '../measure/processes.ts'
import type { Trial } from '../trial.ts'
import type { Outcome, Scenario } from './scenario.ts'

const FIRST = 1000
const ALL = 10_000
const SETTLE_SECONDS = 2
const KEEP_ALIVE = 25

/** Opening streams, and what the open ones weigh: the first thousand are the warm-up, the others are counted. */
export const hold: Scenario = {
  name: 'hold',
  title: `${ALL} streams opened on one channel, 64 at a time`,
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
  run: async (trial) => {
    const all = trial.quick ? ALL / 2 : ALL
    const streams = await trial.streams(1)
    await streams.open(FIRST)
    const before = await settledMemory(trial)
    const meter = trial.meter()
    const { held, failed, seconds } = await streams.open(all - FIRST)
    const reading = meter.read()
    const after = await settledMemory(trial)
    const opened = held - FIRST
    return {
      reading,
      faults: failed === 0 ? [] : [`not opened: ${failed} of ${all} streams`],
      figures: {
        cpu: (reading.cpu / opened) * 1e6,
        rate: opened / seconds,
        pss: (after.pss - before.pss) / opened / 1024,
        rss: (after.rss - before.rss) / opened / 1024,
      },
    }
  },
}

/** Open streams on which nothing is published, only kept alive. One whole period of the keep-alive, so one round will do. */
export const idle: Scenario = {
  name: 'idle',
  title: `${ALL} idle streams, a line feed every ${KEEP_ALIVE} s`,
  systems: ['gateway', 'pushpin'],
  rounds: 1,
  slow: true,
  keepAlive: KEEP_ALIVE,
  figures: [
    {
      key: 'cpu',
      title: 'CPU per stream and second',
      unit: 'µs',
      targets: [{ limit: 2 }, { rival: 'pushpin' }],
    },
  ],
  run: async (trial): Promise<Outcome> => {
    const streams = await trial.streams(1)
    const { held, failed } = await streams.open(ALL)
    await sleep(SETTLE_SECONDS * 1000)
    const meter = trial.meter()
    await sleep(KEEP_ALIVE * 1000)
    const reading = meter.read()
    return {
      reading,
      faults: failed === 0 ? [] : [`not opened: ${failed} of ${ALL} streams`],
      figures: { cpu: (reading.cpu / held / reading.seconds) * 1e6 },
    }
  },
}

async function settledMemory(trial: Trial): Promise<Memory> {
  await sleep(SETTLE_SECONDS * 1000)
  return memoryOf(treeOf(trial.system.child.pid))
}
