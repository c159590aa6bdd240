import { isUtf8 } from 'node:buffer'
import { EventError } from './event-error.ts'
import type { WebSocketEvent } from './event.ts'

const noContent = Buffer.alloc(0)

/**
 * Reads the body of a WebSocket-over-HTTP response; contents are views of it, not copies. What follows the first
 * CLOSE or DISCONNECT is not looked at. Throws EventError (GRIP 7.4).
 */
export function decodeEvents(body: Buffer): WebSocketEvent[] {
  const events: WebSocketEvent[] = []
  let at = 0
  while (at < body.length) {
    // Examples of the protocol have an empty line behind events without content, and Pushpin passes over it.
    if (body[at] === 0x0d && body[at + 1] === 0x0a) {
      at += 2
      continue
    }
    const { type, content, end } = nextEvent(body, at)
    const event = knownEvent(type, content)
    at = end
    if (event === undefined) continue
    events.push(event)
    if (event.type === 'CLOSE' || event.type === 'DISCONNECT') break
  }
  return events
}

interface AnyEvent {
  readonly type: string
  readonly content: Buffer
  /** Where the next event begins. */
  readonly end: number
}

function nextEvent(body: Buffer, start: number): AnyEvent {
  const lineEnd = body.indexOf('\r\n', start)
  if (lineEnd === -1) throw new EventError('the last event has no end of line')
  const line = body.toString('latin1', start, lineEnd)
  const space = line.indexOf(' ')
  const type = space === -1 ? line : line.slice(0, space)
  // A lone line feed would hide the events behind it in the name of an unknown one.
  if (!/^[\x21-\x7e]+$/.test(type)) throw new EventError('an event type is empty or has characters that no type has')

  const contentStart = lineEnd + 2
  if (space === -1) return { type, content: noContent, end: contentStart }
  const contentEnd = contentStart + contentLength(line.slice(space + 1))
  if (contentEnd + 2 > body.length) throw new EventError('the last event is longer than what was received')
  if (body[contentEnd] !== 0x0d || body[contentEnd + 1] !== 0x0a) {
    throw new EventError('the content of an event does not end where its length says')
  }
  return { type, content: body.subarray(contentStart, contentEnd), end: contentEnd + 2 }
}

/** Any number of digits: too large a number, even Infinity, is longer than any body. */
function contentLength(digits: string): number {
  if (!/^[\da-fA-F]+$/.test(digits)) throw new EventError('the length of an event is not a hexadecimal number')
  return Number.parseInt(digits, 16)
}

/** Undefined for a type that is not known; types are upper case only. */
function knownEvent(type: string, content: Buffer): WebSocketEvent | undefined {
  switch (type) {
    case 'OPEN':
    case 'DISCONNECT':
      return { type }
    case 'TEXT':
      if (!isUtf8(content)) throw new EventError('the content of a TEXT event is not UTF-8')
      return { type, content }
    case 'BINARY':
      return { type, content }
    case 'PING':
    case 'PONG':
      return { type, content: frameContent(type, content) }
    case 'CLOSE':
      return closeEvent(frameContent(type, content))
    default:
      return undefined
  }
}

/** RFC 6455 5.5: the most that a control frame may carry, in bytes. */
const mostInControlFrame = 125

function frameContent(type: string, content: Buffer): Buffer {
  if (content.length <= mostInControlFrame) return content
  throw new EventError(`the content of a ${type} event has more than ${mostInControlFrame} bytes`)
}

function closeEvent(content: Buffer): WebSocketEvent {
  if (content.length === 0) return { type: 'CLOSE', code: undefined, reason: noContent }
  if (content.length === 1) throw new EventError('the content of a CLOSE event is too short for a code')
  const reason = content.subarray(2)
  if (!isUtf8(reason)) throw new EventError('the reason of a CLOSE event is not UTF-8')
  return { type: 'CLOSE', code: content.readUInt16BE(), reason }
}
