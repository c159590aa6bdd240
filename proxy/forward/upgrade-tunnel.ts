import { createRequire } from 'node:module'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { errors } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { UpgradeResponse } from '../accept/upgrade.ts'
import type { Traffic } from '../observe/traffic.ts'
import { sendError } from '../send/send-error.ts'
import type { OutgoingRequest } from './attempt.ts'
import { connectorTo } from './backend.ts'
import { BLOCKED, BlockedAddress } from './outbound-policy.ts'
import { pairs } from './raw-headers.ts'
import type { RawHeaders } from './raw-headers.ts'
import { relayMessage } from './relay-message.ts'

/** The package has no types of its own; this is what is used of it here. */
interface HttpProxy {
  createProxyServer(options: object): {
    ws(req: object, socket: Socket, head: undefined, options: object, onError: () => void): void
    on(event: 'proxyReqWs', listener: (proxyReq: ClientRequest, req: unknown) => void): void
  }
}

/** What http-proxy takes for the client's request. */
interface ForwardedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly onRequest: (proxyReq: ClientRequest) => void
}

const proxy = (createRequire(import.meta.url)('http-proxy') as HttpProxy).createProxyServer({ toProxy: true })
proxy.on('proxyReqWs', (proxyReq, req) => (req as ForwardedRequest).onRequest(proxyReq))

/**
 * Passes a WebSocket on that GRIP has no part in: handshake, extensions and bytes are between client and backend (GRIP 2.5, 7.1). http-proxy makes the
 * handshake and joins the sockets. Around it is what it would get wrong: it is given a connection that stands, so that another target can be tried
 * and the client is told when there is none; the path and the headers as they are, which it would rewrite and turn round; and a refusal is relayed here,
 * which it would pass on without its framing.
 *
 * @param opened called when the client's connection is a WebSocket.
 * @param unreachable called instead when the target could not be connected to.
 */
export function tunnelUpgrade(
  exchange: Exchange,
  request: OutgoingRequest,
  opened: () => void,
  unreachable: () => void,
): void {
  const { host, port, ssl } = request.target
  const where = { hostname: host, host, port: String(port), protocol: ssl ? 'https:' : 'http:' }
  const options = { ...where, servername: request.servername } as buildConnector.Options
  connectorTo(request.target)(options, (error, backend) => {
    if (error instanceof BlockedAddress) sendError(exchange, errors.originFailed, BLOCKED)
    else if (error !== null) unreachable()
    else if (exchange.over) backend.destroy()
    else handshake(exchange, request, backend, opened)
  })
}

function handshake(exchange: Exchange, request: OutgoingRequest, backend: Socket, opened: () => void): void {
  const { socket } = exchange.req
  const { traffic } = exchange.facts
  let isOpen = false
  const onRequest = (proxyReq: ClientRequest): void => {
    // Once all of http-proxy's listeners are there.
    queueMicrotask(() => {
      proxyReq.removeAllListeners('response')
      proxyReq.on('response', (response) => {
        const { server } = traffic
        traffic.serverResponse(response.statusMessage ?? '', response.rawHeaders)
        response.on('data', (bytes: Buffer) => {
          server.contentReceived += bytes.length
        })
        relayMessage(exchange, response)
      })
    })
    proxyReq.path = request.path
    traffic.serverRequest(request.method, request.path, [...request.headers, ...UPGRADE])
    for (const name of proxyReq.getHeaderNames()) proxyReq.removeHeader(name)
    for (const [name, values] of byName([...request.headers, ...UPGRADE])) proxyReq.setHeader(name, values)
    exchange.onClose = () => proxyReq.destroy()
    // Before http-proxy's own listener, which is added after this.
    proxyReq.on('upgrade', (response, proxySocket: Socket, head: Buffer) => {
      isOpen = true
      exchange.onClose = undefined
      opened()
      const early = (exchange.res as UpgradeResponse).release()
      countTunnel(traffic, response, [socket, early], [proxySocket, [head]])
      for (const bytes of early) proxySocket.write(bytes)
      // It passes on the end of a connection, but not its loss.
      proxySocket.once('close', () => socket.destroySoon())
      socket.once('close', () => proxySocket.destroySoon())
    })
  }
  const headers = { upgrade: 'websocket', connection: 'Upgrade' }
  const forwarded: ForwardedRequest = { method: request.method, url: request.path, headers, onRequest }
  const agent = { addRequest: (proxyReq: ClientRequest) => proxyReq.onSocket(backend) }
  proxy.ws(forwarded, socket, undefined, { target: 'http://backend', agent }, () => {
    if (!isOpen) sendError(exchange, errors.originFailed)
  })
}

type End = readonly [socket: Socket, early: readonly Buffer[]]

/** What passes is content of both sides, counted when it is over: nobody looks at it on its way. @param early read behind a head */
function countTunnel(
  traffic: Traffic,
  { statusMessage, rawHeaders }: IncomingMessage,
  client: End,
  backend: End,
): void {
  // http-proxy writes the backend's head to the client.
  traffic.serverResponse(statusMessage ?? '', rawHeaders)
  traffic.clientSwitched('Switching Protocols', rawHeaders)
  const [fromClient, fromBackend] = [client, backend].map(contentOf) as [() => number, () => number]
  client[0].once('close', () => {
    const [received, sent] = [fromClient(), fromBackend()]
    traffic.client.frameReceived(received, false)
    traffic.server.frameSent(received, false)
    traffic.server.frameReceived(sent, false)
    traffic.client.frameSent(sent, false)
  })
}

/** @returns how much has come on the connection behind the head. */
function contentOf([socket, early]: End): () => number {
  const before = socket.bytesRead - early.reduce((sum, { length }) => sum + length, 0)
  return () => socket.bytesRead - before
}

const UPGRADE = ['Upgrade', 'websocket', 'Connection', 'Upgrade']

/** Names in the client's order and spelling, each with all its values: node:http sets a header once. */
function byName(headers: RawHeaders): Map<string, string[]> {
  const names = new Map<string, string>()
  const byName = new Map<string, string[]>()
  for (const [spelling, value] of pairs(headers)) {
    const name = names.get(spelling.toLowerCase()) ?? spelling
    names.set(spelling.toLowerCase(), name)
    byName.set(name, [...(byName.get(name) ?? []), value])
  }
  return byName
}
