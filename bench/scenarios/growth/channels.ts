import { deliver, held } from '../deliver.ts'
import { settledMemory } from '../hold.ts'
import type { Outcome, Scenario } from '../scenario.ts'
import { curves, outcomeOf } from './curve.ts'

const STREAMS = 1000
const SIZES = [1, 10, 100, 1000]
const DELIVERIES = 10_000
const CONNECTIONS = 8
const HOLDERS = 4000
/** As many as a connection may have. */
const WIDTH = 20

/**
 * The same deliveries from more and more messages, each to fewer and fewer streams. Without Pushpin, which delivers nothing while
 * messages come as fast as here.
 */
export const growthChannels: Scenario = {
  name: 'growth-channels',
  title: `${STREAMS} streams spread on channels, ${DELIVERIES} deliveries/s`,
  systems: ['gateway', 'nchan'],
  extra: true,
  figures: curves(SIZES, 'channels', ['nchan'], [{ of: 'cpu', title: 'CPU per delivery', unit: 'µs' }]),
  run: async (trial) => {
    const parts = new Map<number, Outcome>()
    for (const channels of SIZES) {
      const streams = await held(trial, STREAMS, { channels })
      const pace = { rate: (DELIVERIES / STREAMS) * channels, connections: CONNECTIONS }
      await deliver(trial, streams, pace.rate, 1, pace)
      parts.set(channels, await deliver(trial, streams, (trial.quick ? 2 : 6) * pace.rate, 2, pace))
      await streams.stop()
    }
    return outcomeOf('channels', parts)
  },
}

/** Streams with one channel each, then as many with twenty: what the second cost more is the price of the channels. */
export const growthChannelMemory: Scenario = {
  name: 'growth-channel-memory',
  title: `${HOLDERS} streams on one channel each, then ${HOLDERS} on ${WIDTH} each, all different`,
  systems: ['gateway', 'pushpin'],
  extra: true,
  figures: [{ key: 'pss', title: 'memory (PSS) per channel', unit: 'bytes', targets: [{ rival: 'pushpin' }] }],
  run: async (trial) => {
    const meter = trial.meter()
    await held(trial, STREAMS)
    const start = await settledMemory(trial)
    await held(trial, HOLDERS, { channels: HOLDERS, path: '/wide/1/' })
    const narrow = await settledMemory(trial)
    await held(trial, HOLDERS, { channels: HOLDERS, path: `/wide/${WIDTH}/w` })
    const wide = await settledMemory(trial)
    const more = wide.pss - narrow.pss - (narrow.pss - start.pss)
    return { reading: meter.read(), faults: [], figures: { pss: more / (HOLDERS * (WIDTH - 1)) } }
  },
}
