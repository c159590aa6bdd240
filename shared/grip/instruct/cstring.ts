const escapes: Readonly<Record<string, string>> = { '\\': '\\', r: '\r', n: '\n', t: '\t' }

/**
 * Decodes a C-escaped text; undefined when an escape is cut off. Other escaped characters vanish (GRIP 3.1),
 * except the tab, which client libraries write although the reference drops it.
 */
export function decodeCstring(text: string): string | undefined {
  let decoded = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') {
      decoded += text[at]
      continue
    }
    const escaped = text[++at]
    if (escaped === undefined) return undefined
    if (escaped === 'x') {
      const hex = text.slice(at + 1, at + 3)
      if (!/^[\da-fA-F]{2}$/.test(hex)) return undefined
      decoded += String.fromCharCode(Number.parseInt(hex, 16))
      at += 2
    } else {
      decoded += escapes[escaped] ?? ''
    }
  }
  return decoded
}
