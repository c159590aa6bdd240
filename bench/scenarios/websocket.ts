import { webSocketBackend } from '../drive/backend.ts'
import type { StreamsOptions } from '../drive/streams.ts'
import { flatOut, paced } from './fan-out.ts'
import { open } from './hold.ts'
import type { Scenario, Target } from './scenario.ts'

const OPTIONS: StreamsOptions = { protocol: 'websocket' }
const RIVALS: readonly Target[] = [{ rival: 'nchan' }, { rival: 'pushpin' }]
const PARTS = { systems: ['gateway', 'nchan', 'pushpin'], backend: webSocketBackend } as const

/** As `fan-out-paced`, to WebSockets. */
export const webSocketPaced: Scenario = {
  ...PARTS,
  name: 'websocket-paced',
  title: '1000 WebSockets on one channel, 20 messages/s',
  figures: [
    { key: 'cpu', title: 'CPU per delivery', unit: 'µs', targets: RIVALS },
    { key: 'p50', title: 'publish to receipt, median', unit: 'ms', targets: RIVALS },
    { key: 'p99', title: 'publish to receipt, p99', unit: 'ms', targets: RIVALS },
    { key: 'last99', title: 'publish to last receipt, p99', unit: 'ms', targets: RIVALS },
  ],
  run: (trial) => paced(trial, OPTIONS),
}

/** As `fan-out-flat`, to WebSockets. */
export const webSocketFlat: Scenario = {
  ...PARTS,
  name: 'websocket-flat',
  title: '1000 WebSockets on one channel, publisher flat out',
  figures: [
    { key: 'cpu', title: 'CPU per delivery', unit: 'µs', targets: RIVALS },
    { key: 'rate', title: 'deliveries', unit: '1/s', targets: RIVALS },
  ],
  run: (trial) => flatOut(trial, 1, OPTIONS),
}

/** As `hold`, with WebSockets that their backend leaves to the gateway. */
export const webSocketHold: Scenario = {
  ...PARTS,
  name: 'websocket-hold',
  title: '10000 WebSockets held, then 5000 opened, 64 at a time',
  figures: [
    { key: 'cpu', title: 'CPU per accepted WebSocket', unit: 'µs', targets: [{ rival: 'pushpin' }] },
    { key: 'rate', title: 'WebSockets accepted', unit: '1/s', targets: [{ rival: 'pushpin' }] },
    { key: 'pss', title: 'memory (PSS) per held WebSocket', unit: 'KB', targets: [{ limit: 7 }, ...RIVALS] },
    { key: 'rss', title: 'memory (RSS) per held WebSocket', unit: 'KB', targets: RIVALS },
  ],
  run: (trial) => open(trial, OPTIONS),
}
