const CRLF = Buffer.from('\r\n')

/** RFC 9112 7.1: size in hexadecimal, CRLF, content, CRLF. Nothing for no content: an empty chunk would end the body. */
export function frameChunk(content: Buffer): Buffer {
  if (content.length === 0) return content
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, CRLF])
}

/** Ends a chunked body that has no trailers. */
export const LAST_CHUNK = Buffer.from('0\r\n\r\n')
