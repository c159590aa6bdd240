import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `gettoken [USER]` */
export function getToken({ identity }: Caller, { first = '' }: Command, { tokens }: PushdState): Reply {
  return success(tokens.issue({ app: identity.app, user: first }))
}
