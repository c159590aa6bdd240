import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** What there is to tell, by the last part of the path. */
export type Stats = Readonly<Record<string, () => object>>

const MAX_CONNECTIONS = 256

/** Answers `GET /s/NAME` with JSON. */
export function statsServer(stats: Stats): Server {
  const server = createServer((req, res) => answer(req, res, stats))
  server.maxConnections = MAX_CONNECTIONS
  return server
}

function answer(req: IncomingMessage, res: ServerResponse, stats: Stats): void {
  req.resume()
  const [path = ''] = (req.url ?? '').split('?')
  const name = path.startsWith('/s/') ? path.slice(3) : ''
  const read = Object.hasOwn(stats, name) ? stats[name] : undefined
  if (read === undefined) {
    res.writeHead(500, { 'Content-Length': 0 }).end()
    return
  }
  const body = `${JSON.stringify(sorted(read()), undefined, 4)}\n`
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
