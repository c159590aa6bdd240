import type { IncomingMessage } from 'node:http'

/** A request's body as text; undefined when it is longer than `limit` bytes. Never settles when the client leaves before its end. */
export function readBody(req: IncomingMessage, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let length = 0
    req.on('data', (piece: Buffer) => {
      length += piece.length
      if (length <= limit) pieces.push(piece)
      else resolve(undefined)
    })
    req.on('end', () => resolve(Buffer.concat(pieces).toString()))
  })
}
