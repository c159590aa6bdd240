import { publish } from '../state/publish.ts'
import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

const PUBLISHED = success('PUBLISHED', { p4: 'success' })

/** `pub CHANNEL MESSAGE`; the message may be empty, but not its space. */
export async function pub(caller: Caller, { first, rest }: Command, state: PushdState): Promise<Reply> {
  if (first === undefined || rest === undefined) return failures.noMessage
  const channel = state.names.channelOf(caller.identity.app, first)
  if (typeof channel !== 'string') return channel
  if (!(await publish(state, caller.identity, channel, rest))) return failures.unavailable
  // Behind the message itself, for a publisher that is subscribed: it is handed out at the end of this turn.
  return new Promise((resolve) => setImmediate(() => resolve(PUBLISHED)))
}
