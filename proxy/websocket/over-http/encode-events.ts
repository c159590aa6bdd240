import type { WebSocketEvent } from './event.ts'

/** The body of a WebSocket-over-HTTP request (GRIP 7.4). */
export function encodeEvents(events: readonly WebSocketEvent[]): Buffer {
  return Buffer.concat(events.flatMap(encodeEvent))
}

const lineEnd = Buffer.from('\r\n')

function encodeEvent(event: WebSocketEvent): Buffer[] {
  const content = eventContent(event)
  if (content === undefined) return [Buffer.from(`${event.type}\r\n`)]
  return [Buffer.from(`${event.type} ${content.length.toString(16)}\r\n`), content, lineEnd]
}

/** Undefined for an event that is its type alone. */
function eventContent(event: WebSocketEvent): Buffer | undefined {
  switch (event.type) {
    case 'TEXT':
    case 'BINARY':
      return event.content
    case 'PING':
    case 'PONG':
      return event.content.length > 0 ? event.content : undefined
    case 'CLOSE':
      return event.code === undefined ? undefined : closeContent(event.code, event.reason)
    default:
      return undefined
  }
}

function closeContent(code: number, reason: Buffer): Buffer {
  const content = Buffer.allocUnsafe(2 + reason.length)
  content.writeUInt16BE(code)
  reason.copy(content, 2)
  return content
}
