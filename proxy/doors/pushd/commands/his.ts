import { historyJson, readTimestamp } from '../state/history-json.ts'
import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `his CHANNEL TIMESTAMP`: what was published at that time and later. */
export function his(caller: Caller, { first, rest }: Command, state: PushdState): Reply {
  const since = readTimestamp(rest?.toString())
  if (first === undefined || since === undefined) return failures.badHistory
  const channel = state.names.channelOf(caller.identity.app, first)
  if (typeof channel !== 'string') return channel
  state.history.follow(channel)
  return success(historyJson(first, state.history.since(channel, since), 'number'))
}
