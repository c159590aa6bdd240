import { channelsHttp, channelsHttpBatch, channelsZeroMq } from './channels.ts'
import { fanOutBatch, fanOutFlat, fanOutPaced } from './fan-out.ts'
import { growthChannelMemory, growthChannels } from './growth/channels.ts'
import { growthConnections } from './growth/connections.ts'
import { growthSize } from './growth/message-size.ts'
import { growthWorkers } from './growth/workers.ts'
import { hold, idle } from './hold.ts'
import { longPoll } from './long-poll.ts'
import { passThrough } from './pass-through.ts'
import type { Scenario } from './scenario.ts'
import { start } from './start.ts'
import { download, upload } from './transfer.ts'
import { webSocketFlat, webSocketHold, webSocketPaced } from './websocket.ts'
import { workersAccept, workersFanOut } from './workers.ts'

/** In the order they are run. */
export const scenarios: readonly Scenario[] = [
  start,
  fanOutPaced,
  fanOutFlat,
  fanOutBatch,
  channelsHttp,
  channelsHttpBatch,
  channelsZeroMq,
  longPoll,
  hold,
  idle,
  webSocketPaced,
  webSocketFlat,
  webSocketHold,
  passThrough,
  download,
  upload,
  workersFanOut,
  workersAccept,
  growthConnections,
  growthChannels,
  growthChannelMemory,
  growthSize,
  growthWorkers,
]
