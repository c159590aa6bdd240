import { ItemError } from '../../shared/grip/item/item-error.ts'
import { type OutsideChannel, parseItem } from '../../shared/grip/item/parse-item.ts'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/**
 * Reads all of `{items: [...]}`, or nothing: one bad item refuses the whole list (GRIP 5.1, 5.4).
 * @throws ItemError with the message that follows `Invalid format: ` in the answer.
 */
export function parseItemList(list: object, encoding: 'json' | 'tnetstring', outside?: OutsideChannel): PublishItem[] {
  if (!('items' in list)) throw new ItemError("object does not contain 'items'")
  const { items } = list
  if (!Array.isArray(items)) throw new ItemError("object contains 'items' with wrong type")
  return items.map((item) => parseItem(item, encoding, outside))
}
