import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Exchange } from '../accept/exchange.ts'
import type { UpgradeResponse } from '../accept/upgrade.ts'
import { relayMessage } from '../forward/relay-message.ts'
import { tunnel } from '../websocket/tunnel.ts'
import { withClientFacts } from './client-facts.ts'

/**
 * Hands a request on to another worker, and that one's answer to the client, both as they come. Each end hears when the other one has
 * gone. Nothing may have been read of the request's body.
 *
 * @param path of the worker's private socket
 * @param unavailable called instead of an answer when the worker is not there, or goes before it answers
 */
export function handOn(exchange: Exchange, path: string, unavailable: () => void): void {
  const { req, res, body } = exchange
  // The other worker writes the line of the access log.
  exchange.isHeld = true
  const out = request({
    socketPath: path,
    method: req.method,
    path: req.url,
    headers: [...withClientFacts(req), ...(isWithoutLength(req) ? ['Content-Length', '0'] : [])],
    // A connection for each request: one that was kept could have ended just now, and not every request can be sent twice.
    agent: false,
  })
  exchange.onClose = () => out.destroy()
  out.on('error', () => {
    if (exchange.over) return
    if (res.headersSent) {
      res.destroy()
      return
    }
    exchange.isHeld = false
    exchange.onClose = undefined
    unavailable()
  })
  out.on('response', (response) => relayMessage(exchange, response))
  out.on('upgrade', (response, peer: Socket, head) => switchProtocols(exchange, response, peer, head))
  if (body === undefined) {
    out.end()
    return
  }
  // The owner may have something to say before the body comes.
  out.flushHeaders()
  const content = body.open()
  if (Buffer.isBuffer(content)) {
    out.end(content)
    return
  }
  content.on('error', () => out.destroy())
  out.on('close', () => content.destroy())
  content.pipe(out)
}

/** Node would send what has no length in chunks, even nothing. */
function isWithoutLength({ method, headers }: IncomingMessage): boolean {
  return method !== 'GET' && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

function switchProtocols(exchange: Exchange, response: IncomingMessage, peer: Socket, head: Buffer): void {
  exchange.onClose = undefined
  const { socket } = exchange.req
  const reason = response.statusMessage ?? ''
  const early = (exchange.res as UpgradeResponse).switchProtocols(reason, response.rawHeaders)
  if (head.length > 0) socket.write(head)
  tunnel(socket, early, peer)
}
