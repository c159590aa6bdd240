import type { DoorContext } from '../door.ts'
import type { Credentials } from './credentials.ts'
import type { LastMessages } from './last-messages.ts'
import type { BodyReader } from './read-body.ts'
import type { Renderings } from './renderings.ts'

/** What the requests of the door share. */
export interface MsgbusContext {
  readonly door: DoorContext
  /** Put before channel names on the bus. */
  readonly prefix: string
  readonly credentials: Credentials
  readonly renderings: Renderings
  /** Undefined when none are kept. */
  readonly lastMessages: LastMessages | undefined
  readonly documentRoot: string | undefined
  readonly bodies: BodyReader
}
