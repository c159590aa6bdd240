/**
 * Which worker wants the items of all channels is said by this name in subscriptions. It costs the other channels nothing while none does, and
 * a worker that wants both an item's channel and this one is sent the item once. A worker hands them only to holds that were added for
 * that: one that a backend subscribes to a channel of this name gets what is published on it.
 */
export const EVERY_CHANNEL = '\0'
