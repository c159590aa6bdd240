import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { DoorContext } from '../door.ts'

/** Milliseconds between two attempts. */
const RETRY_AFTER = 100
/** Milliseconds after which there are no more. */
const PATIENCE = 60_000

/**
 * Publishes for a client that gets no acknowledgement and cannot be asked to repeat: it is not read until the handler, which may be full or just starting
 * again, has taken everything. @returns false when it did not in a minute.
 */
export async function publishPatiently(
  items: readonly PublishItem[],
  context: Pick<DoorContext, 'publish' | 'wheel'>,
): Promise<boolean> {
  for (let waited = 0; waited <= PATIENCE; waited += RETRY_AFTER) {
    if (await context.publish(items)) return true
    await new Promise<void>((resolve) => void context.wheel.after(RETRY_AFTER, resolve))
  }
  return false
}
