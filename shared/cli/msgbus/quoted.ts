const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }

/** Bytes on one line, in quotes and with escapes: as Python 2 shows a string, which is what scripts around the old tools read. */
export function quoted(bytes: Buffer): string {
  const quote = bytes.includes("'") && !bytes.includes('"') ? '"' : "'"
  let text = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    if (char === quote) text += `\\${quote}`
    else if (byte >= 0x20 && byte < 0x7f && byte !== 92) text += char
    else text += ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return quote + text + quote
}
