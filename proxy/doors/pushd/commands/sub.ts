import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'
import type { PushdState } from '../state/pushd-state.ts'

/** Each costs memory in worker and handler, and a client can invent names. */
const MAX_CHANNELS = 1000

/** `sub CHANNEL` */
export async function sub(caller: Caller, { first }: Command, state: PushdState): Promise<Reply> {
  if (first === undefined) return failures.noSubChannel
  const channel = state.names.channelOf(caller.identity.app, first)
  if (typeof channel !== 'string') return channel
  if (caller.channels.has(channel)) return success(`ALREADY SUBSCRIBED ${first}`, { p4: 'success' })
  if (caller.channels.size >= MAX_CHANNELS) return failures.tooManyChannels
  state.history.follow(channel)
  return (await caller.subscribe(channel)) ? success(`SUBSCRIBED ${first}`, { p4: 'success' }) : failures.unavailable
}
