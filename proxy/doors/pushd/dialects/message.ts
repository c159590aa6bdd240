import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'

export const NOTHING: Buffer = Buffer.alloc(0)

/** What dialects know of a message beside its content. */
export interface Facts {
  /** Nanoseconds since 1970. */
  stampOf(item: PublishItem): bigint
  /** What clients call the item's channel. */
  channelOf(item: PublishItem): string
}
