import type { HoldChannel } from '../../shared/grip/instruct/instruct.ts'
import { knownFilters } from '../filter/apply-filters.ts'
import type { Subscription } from './intake.ts'

/** A hold's channels, by the names they are subscribed with. */
export type HoldChannels = ReadonlyMap<string, Subscription>

export interface ChannelNaming {
  /** The route's: goes before the names that the backend gave, not before the target's own (GRIP 3.8). */
  readonly prefix: string
  /** The target's own. */
  readonly implicit: readonly string[]
  /** Of the backend's; more are left out. */
  readonly max: number
}

export function holdChannels(named: readonly HoldChannel[], { prefix, implicit, max }: ChannelNaming): HoldChannels {
  const channels = new Map<string, Subscription>()
  for (const { name, prevId, filters } of named.slice(0, max)) {
    if (channels.has(prefix + name)) continue
    channels.set(prefix + name, { name, lastId: prevId, filters: knownFilters(filters) })
  }
  for (const name of implicit) {
    if (!channels.has(name)) channels.set(name, { name, lastId: undefined, filters: [] })
  }
  return channels
}

/** Whether items have to be looked at one by one. */
export function isSelective(channels: HoldChannels): boolean {
  for (const { lastId, filters } of channels.values()) if (lastId !== undefined || filters.length > 0) return true
  return false
}
