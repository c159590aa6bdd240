import type { DoorContext } from '../../door.ts'
import type { Apps } from './apps.ts'
import type { ChannelNames } from './channel-names.ts'
import type { History } from './history.ts'
import type { Tokens } from './tokens.ts'

/** What all clients of the node share. */
export interface PushdState {
  readonly context: DoorContext
  readonly needAuth: boolean
  readonly apps: Apps
  readonly names: ChannelNames
  readonly tokens: Tokens
  readonly history: History
}
