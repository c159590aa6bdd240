import { isUtf8 } from 'node:buffer'

/**
 * Header values and reason phrases hold one character per byte, as node:http reads and writes them (Latin-1).
 * Texts from JSON and tnetstrings are Unicode and are sent as UTF-8; these functions go between the two.
 */
export function toWire(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1')
}

/** Bytes that are not UTF-8 stay Latin-1: libraries write such channel names too. */
export function fromWire(wireText: string): string {
  if (isAscii(wireText)) return wireText
  const bytes = Buffer.from(wireText, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : wireText
}

/** A token of RFC 9110 5.6.2. */
export function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text)
}

/** Free of control characters: a CR or LF would let a publisher add headers, or a response, of its own. */
export function isWireText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}
