/** One message of a socket.io 0.6 packet; its length counts UTF-16 code units. A packet is units in a row. */
export function unit(data: string): string {
  return `~m~${data.length}~m~${data}`
}

/** How a JSON value stands in a unit: objects and arrays are marked as JSON, all else is text. */
export function dataOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  return typeof value === 'object' ? `~j~${JSON.stringify(value)}` : JSON.stringify(value)
}

export function heartbeatUnit(count: number): string {
  return unit(`~h~${count}`)
}
