import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { fromItem } from '../bus-item.ts'
import { matchesList } from '../pattern-list.ts'
import type { PatternList } from '../pattern-list.ts'

/** Which messages a subscriber wants, or may have. Undefined wants all. */
export interface Selection {
  readonly type: PatternList | undefined
  readonly sender: PatternList | undefined
  /** Channels that may be read; it only matters for who is subscribed to all. */
  readonly channel: PatternList | undefined
}

export interface SelectionRules {
  /** Of the bus; no part of a channel's name here. */
  readonly prefix: string
  /** As in the original, messages without a sender pass all filters of senders. */
  readonly strict: boolean
}

export function selectsAll({ type, sender, channel }: Selection): boolean {
  return type === undefined && sender === undefined && channel === undefined
}

export function isSelected(item: PublishItem, selection: Selection, { prefix, strict }: SelectionRules): boolean {
  const message = fromItem(item)
  if (message === undefined) return false
  const { type, sender, channel } = selection
  if (type !== undefined && !matchesList(message.contentType, type)) return false
  if (channel !== undefined && !matchesList(item.channel.slice(prefix.length), channel)) return false
  if (sender === undefined) return true
  return message.sender === undefined ? strict : matchesList(message.sender, sender)
}
