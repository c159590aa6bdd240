import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { BINARY, CLOSE, PING, TEXT } from '../../support/websocket-frame.ts'

/** Bytes from which on a payload is told by its size and a hash. */
const LONG = 256

/** A message or control frame in a line: `text hello`, `binary 00ff`, `pong 00ff`, `close 1000 bye`. */
export function shown(opcode: number, payload: Buffer): string {
  const name = opcode === TEXT ? 'text' : opcode === BINARY ? 'binary' : opcode === CLOSE ? 'close' : control(opcode)
  return payload.length === 0 ? name : `${name} ${shownPayload(opcode, payload)}`
}

function control(opcode: number): string {
  return opcode === PING ? 'ping' : 'pong'
}

function shownPayload(opcode: number, payload: Buffer): string {
  if (payload.length >= LONG) {
    const hash = createHash('sha1').update(payload).digest('hex')
    return `of ${payload.length} bytes, ${hash}`
  }
  if (opcode === CLOSE && payload.length >= 2)
    return `${payload.readUInt16BE()} ${payload.toString('utf8', 2)}`.trimEnd()
  return opcode !== BINARY && isUtf8(payload) ? payload.toString() : payload.toString('hex')
}
