import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after } from 'node:test'
import { Exchange } from '../../../proxy/accept/exchange.ts'
import { PARSED_HEADERS, hasBody } from '../../../proxy/accept/request-check.ts'
import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import { RequestBody } from '../../../proxy/forward/request-body.ts'
import { Traffic } from '../../../proxy/observe/traffic.ts'
import { RawClient } from '../../support/raw-client.ts'

/** A request as Node hands it on, and the client that sent it. */
export interface ClientRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly client: RawClient
}

const server = createServer({ requireHostHeader: false, maxHeaderSize: 32_768 })
server.maxHeadersCount = PARSED_HEADERS

/** Also those that were taken out of the server. */
const sockets = new Set<Socket>()
server.on('connection', (socket: Socket) => sockets.add(socket))

after(() => {
  server.close()
  for (const socket of sockets) socket.destroy()
})

/** Sends the bytes on a connection of their own. */
export async function clientRequest(bytes: string): Promise<ClientRequest> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = await RawClient.connect((server.address() as AddressInfo).port)
  const request = once(server, 'request')
  client.send(bytes)
  const [req, res] = (await request) as [IncomingMessage, ServerResponse]
  return { req, res, client }
}

interface Facts {
  /** A line of the routes file. */
  readonly route?: string
  readonly scheme?: 'http' | 'https'
  readonly trusted?: boolean
  readonly debug?: boolean
}

/** The same, up to where the request would be forwarded. */
export async function clientExchange(
  bytes: string,
  { route: line = '* test', scheme = 'http', trusted = false, debug = false }: Facts = {},
): Promise<{ exchange: Exchange; client: RawClient }> {
  const { req, res, client } = await clientRequest(bytes)
  const route = parseRoute(line, { file: 'routes', line: 1, baseDirectory: '.' })?.route
  if (route === undefined) throw new Error(`no route in ${line}`)
  const host = req.headers.host ?? ''
  const facts = { id: '0-17:1', route, scheme, host, target: req.url ?? '', trusted, debug, traffic: new Traffic() }
  return { exchange: new Exchange(facts, req, res, hasBody(req) ? new RequestBody(req, res) : undefined), client }
}

export const GET = 'GET /path?q HTTP/1.1\r\nHost: example.com\r\n\r\n'
