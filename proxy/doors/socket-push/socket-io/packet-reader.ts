/** What a client said. */
export interface ReadUnit {
  readonly isHeartbeat: boolean
  /** Text, JSON text of what was marked as JSON, or the number of a heartbeat. */
  readonly text: string
}

const HEAD = /~m~(\d{1,9})~m~/y

/** The units of a socket.io 0.6 packet, in order; undefined when it is none. What follows a heartbeat does not count. */
export function readPacket(packet: string): ReadUnit[] | undefined {
  const units: ReadUnit[] = []
  let at = 0
  while (at < packet.length) {
    HEAD.lastIndex = at
    const head = HEAD.exec(packet)
    if (head === null) return undefined
    const start = HEAD.lastIndex
    at = start + Number(head[1])
    if (at > packet.length) return undefined
    const data = packet.slice(start, at)
    const isHeartbeat = data.startsWith('~h~')
    units.push({ isHeartbeat, text: isHeartbeat || data.startsWith('~j~') ? data.slice(3) : data })
    if (isHeartbeat) break
  }
  return units
}
