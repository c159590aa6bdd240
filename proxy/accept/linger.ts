import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hasBody } from './request-check.ts'

/** Milliseconds a client has to read an answer that came before the end of its request. */
const LINGER = 1000

/** Whether the client is still sending, or has yet to send, a body. */
export function isUnread(req: IncomingMessage): boolean {
  // A request without a body is not complete either while its own event is being handled.
  return !req.complete && hasBody(req)
}

/**
 * To be called before the end of a response: when the request has not been read to its end, reading stops, and the connection is closed
 * after a while. At once would not do: what still arrives would make the system reset the connection, and the reset overtakes
 * the answer (RFC 9112 9.6).
 */
export function lingerIfUnread(res: ServerResponse): void {
  const { req } = res
  if (!isUnread(req)) return
  const { socket } = req
  if (!res.headersSent) res.shouldKeepAlive = false
  const closeLate = (): void => {
    if (!req.complete || !res.shouldKeepAlive) endAndLinger(socket)
  }
  // Node closes a connection that is not kept alive through this, at once.
  socket.destroySoon = closeLate
  if (res.shouldKeepAlive) res.once('finish', closeLate)
}

/** Ends a connection from this side, with the bytes given; a client that does not end it from its own is not waited for. */
export function endAndLinger(socket: Socket, bytes = ''): void {
  socket.end(bytes)
  linger(socket)
}

/** Gives the client of a connection that was ended from this side the time to end it from its own. */
export function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER)
  socket.once('close', () => clearTimeout(timer))
}
