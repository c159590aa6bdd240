/** A published item is malformed; the message is what the publisher reads (GRIP 4.1-4.5), empty in one case. */
export class ItemError extends Error {
  override readonly name = 'ItemError'
}
