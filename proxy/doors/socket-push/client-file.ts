import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'

const folder = new URL('../../../../clients/socket-push/browser/', import.meta.url)
const file = Buffer.concat(['transports.js', 'socket.js'].map((name) => readFileSync(new URL(name, folder))))
const ETAG = `"${createHash('sha256').update(file).digest('base64url').slice(0, 22)}"`

/** Answers `GET /socket.io/socket.io.js`: the library that pages of socket.io 0.6 load. */
export function sendClientFile({ method, headers }: IncomingMessage, res: ServerResponse): void {
  const known = headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === ETAG) === true
  const common = { ETag: ETAG, 'Cache-Control': 'no-cache', 'Access-Control-Allow-Origin': '*' }
  if (known) {
    res.writeHead(304, common).end()
    return
  }
  res.writeHead(200, { ...common, 'Content-Type': 'text/javascript; charset=utf-8', 'Content-Length': file.length })
  res.end(method === 'HEAD' ? undefined : file)
}
