import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `unsub CHANNEL` */
export function unsub(caller: Caller, { first }: Command, state: PushdState): Reply {
  if (first === undefined) return failures.noUnsubChannel
  const channel = state.names.channelOf(caller.identity.app, first)
  if (typeof channel !== 'string') return channel
  if (!caller.channels.has(channel)) return success(`NOT SUBSCRIBED ${first}`, { p4: 'success' })
  caller.unsubscribe(channel)
  return success(`UNSUBSCRIBED ${first}`, { p4: 'success' })
}
