/**
 * The same bytes, as a copy when most of the memory behind them is no longer read: the rest of a command may wait for long. What is cut off
 * its front bit by bit is copied each time it has halved, which costs no more than one copy of all.
 */
export function withoutSlack(bytes: Buffer): Buffer {
  if (bytes.length * 2 >= bytes.buffer.byteLength) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
