/** Start line and header lines of a message, and its length with the empty line that ends it. */
export interface Head {
  readonly line: string
  /** As received, without line ends. */
  readonly headers: readonly string[]
  readonly length: number
}

/** A message body without its framing. */
export interface Body {
  readonly content: string
  readonly trailers: readonly string[]
  readonly length: number
}

/** Undefined while the head is not complete. */
export function readHead(bytes: string): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [line = '', ...headers] = bytes.slice(0, end).split('\r\n')
  return { line, headers, length: end + 4 }
}

/** All values of a header, in order. */
export function valuesOf(headers: readonly string[], name: string): string[] {
  const start = `${name.toLowerCase()}:`
  return headers.filter((line) => line.toLowerCase().startsWith(start)).map((line) => line.slice(start.length).trim())
}

/** How the header says the body is framed; undefined for neither length nor chunks. */
export function framingOf(headers: readonly string[]): 'chunked' | number | undefined {
  if (valuesOf(headers, 'transfer-encoding').some((value) => value.toLowerCase() === 'chunked')) return 'chunked'
  const [length] = valuesOf(headers, 'content-length')
  return length === undefined ? undefined : Number(length)
}

/** Undefined while the body is not complete. */
export function readBody(bytes: string, framing: 'chunked' | number): Body | undefined {
  if (framing === 'chunked') return readChunks(bytes)
  return bytes.length < framing ? undefined : { content: bytes.slice(0, framing), trailers: [], length: framing }
}

/** RFC 9112 7.1. Strict: what is no chunk is an error, so that a wrongly framed message fails the test that reads it. */
function readChunks(bytes: string): Body | undefined {
  const chunks: string[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const line = bytes.slice(at, lineEnd)
    if (!/^[0-9a-f]+(?:;.*)?$/i.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line.slice(0, 100))}`)
    const size = Number.parseInt(line, 16)
    at = lineEnd + 2
    if (size === 0) return readTrailers(bytes, at, chunks.join(''))
    if (bytes.length < at + size + 2) return undefined
    if (bytes.slice(at + size, at + size + 2) !== '\r\n') throw new Error(`chunk of ${size} bytes does not end there`)
    chunks.push(bytes.slice(at, at + size))
    at += size + 2
  }
}

function readTrailers(bytes: string, start: number, content: string): Body | undefined {
  const trailers: string[] = []
  let at = start
  for (;;) {
    const end = bytes.indexOf('\r\n', at)
    if (end === -1) return undefined
    if (end === at) return { content, trailers, length: end + 2 }
    trailers.push(bytes.slice(at, end))
    at = end + 2
  }
}
