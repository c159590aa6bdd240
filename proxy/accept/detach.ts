import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { takeOutOfOrder } from './in-order.ts'
import { linger } from './linger.ts'

/*
 * A response that is held for days keeps node:http's request, response and parser, which weigh more than the socket. Here a connection is
 * taken out of node:http once the head of its response has been sent, and given back when the response has ended. This uses what Node
 * does not promise to keep; where anything of it is missing, nothing is detached, and nothing but the memory changes.
 */

/** Who writes to a detached connection. */
export interface DetachedOwner {
  /** The connection is gone. */
  closed(): void
}

interface Parser {
  /** @returns an error when the parser is in the middle of a message; then, too, it can go on. */
  finish(): Error | undefined
}

interface HttpInternals {
  freeParser(parser: Parser, req: IncomingMessage | undefined, socket: Socket): void
}

const OWNER = Symbol('owner of a detached connection')
const EARLY = Symbol('what the client sent before its time')

interface DetachedSocket extends Socket {
  parser?: Parser | null
  /** Node's own mark: what was written to the socket has to leave before more is parsed. */
  readonly _paused?: boolean
  readonly _handle?: { readonly reading?: boolean } | null
  readonly server?: Server
  [OWNER]?: DetachedOwner | undefined
  [EARLY]?: Buffer | undefined
}

/** Bytes kept of requests that come while a response is held; more wait in the system. */
const EARLY_LIMIT = 16_384

/** Takes a connection out of node:http; a type of its own so that a test can do without the internals. */
export type Detach = (req: IncomingMessage, res: ServerResponse, owner: DetachedOwner) => boolean

/**
 * @param internals of node:http; without them nothing is detached.
 * @returns a function that is true when the owner has the connection now: `req` and `res` are of no more use then. False while
 *   the request, or another one behind it, has not been read to its end.
 */
export function detacher(internals: HttpInternals | undefined): Detach {
  return (req, res, owner) => {
    const socket = req.socket as DetachedSocket
    const { parser } = socket
    // A request is complete only after its own event: before that the parser is at work and must not be freed.
    if (internals === undefined || !parser || !socket.server || !req.complete || !socket.writable) return false
    // A parser that is paused says of half a message that it is none. A socket that is not read, though it is to be soon, would
    // stay so, and its client's end unnoticed.
    if (socket._paused !== false || socket._handle?.reading !== true) return false
    const listeners = httpListeners(socket)
    if (listeners === undefined || parser.finish() !== undefined || !takeOutOfOrder(socket)) return false
    res.detachSocket(socket)
    for (const [event, listener] of listeners) socket.removeListener(event, listener)
    internals.freeParser(parser, req, socket)
    socket[OWNER] = owner
    for (const [event, listener] of LISTENERS) socket.on(event, listener)
    return true
  }
}

const http = httpInternals()

export const detach: Detach = detacher(http)

/**
 * Has node:http read a connection anew, beginning with these bytes instead of those of which it could make nothing. To be called in its
 * `clientError`, with no request in hand. @returns false where this cannot be done.
 */
export function readAnew(socket: DetachedSocket, bytes: Buffer): boolean {
  const { parser } = socket
  // It has stopped to listen for errors already.
  const listeners = httpListeners(socket, 'error')
  if (http === undefined || listeners === undefined || !parser || !socket.server || !socket.writable) return false
  for (const [event, listener] of listeners) socket.removeListener(event, listener)
  http.freeParser(parser, undefined, socket)
  takeOutOfOrder(socket)
  socket[EARLY] = bytes
  giveBack(socket)
  return true
}

/** The response has ended: the connection is closed, or waits for the next request. */
export function endDetached(socket: DetachedSocket, keepAlive: boolean): void {
  socket[OWNER] = undefined
  if (!keepAlive) close(socket)
  else if (socket[EARLY] !== undefined) giveBack(socket)
  // Not given back before there is something to read: node:http would give it no more time than for a head that has begun.
  else socket.setTimeout(socket.server?.keepAliveTimeout ?? 0)
}

/** What the client sends now is for nobody; what waits for it may take its time, as long as it takes some of it. */
function close(socket: DetachedSocket): void {
  socket[EARLY] = undefined
  socket.removeListener('data', onData)
  socket.resume()
  socket.setTimeout(socket.server?.keepAliveTimeout ?? 0)
  socket.once('finish', () => linger(socket))
  socket.end()
}

/** For node:http the connection is a new one, and its first bytes are those that have come. */
function giveBack(socket: DetachedSocket): void {
  const early = socket[EARLY]
  socket[EARLY] = undefined
  for (const [event, listener] of LISTENERS) socket.removeListener(event, listener)
  socket.setTimeout(0)
  socket.server?.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
  // Before the bytes: what is in them may be a reason to pause.
  socket.resume()
  // All in one, since behind a part of them the parser may be paused.
  if (early !== undefined && !socket.destroyed) socket.emit('data', early)
}

// One function for all connections, so that ten thousand of them have no closures.
const LISTENERS = new Map<string, Listener>([
  ['data', onData as Listener],
  ['end', onEnd],
  ['close', onClose],
  ['error', onLost],
  ['timeout', onLost],
])

function onData(this: DetachedSocket, bytes: Buffer): void {
  const { [EARLY]: before } = this
  // One buffer: a byte at a time, each in a buffer of its own would weigh a hundred times as much.
  const early = before === undefined ? bytes : Buffer.concat([before, bytes])
  this[EARLY] = early
  if (this[OWNER] === undefined) giveBack(this)
  else if (early.length > EARLY_LIMIT) this.pause()
}

/** node:http, too, takes the end of the client's direction for that of the connection. */
function onEnd(this: DetachedSocket): void {
  this.end()
}

function onClose(this: DetachedSocket): void {
  this[OWNER]?.closed()
}

function onLost(this: DetachedSocket): void {
  this.destroy()
}

/** What node:http listens to on each of its connections, by the names of its functions. */
const HTTP_LISTENERS = new Map([
  ['data', 'bound socketOnData'],
  ['end', 'bound socketOnEnd'],
  ['close', 'bound socketOnClose'],
  ['drain', 'bound socketOnDrain'],
  ['error', 'socketOnError'],
  ['timeout', 'socketOnTimeout'],
  ['resume', 'onSocketResume'],
  ['pause', 'onSocketPause'],
])

type Listener = (...args: unknown[]) => void

/** Undefined when one of them is not there: then this Node is not one that this was written for. @param without an event that is left out. */
function httpListeners(socket: Socket, without?: string): Array<[event: string, listener: Listener]> | undefined {
  const found: Array<[string, Listener]> = []
  for (const [event, name] of HTTP_LISTENERS) {
    if (event === without) continue
    const listener = socket.listeners(event).find((candidate) => candidate.name === name)
    if (listener === undefined) return undefined
    found.push([event, listener as Listener])
  }
  return found
}

function httpInternals(): HttpInternals | undefined {
  try {
    const internals = createRequire(import.meta.url)('_http_common') as Partial<HttpInternals>
    return typeof internals.freeParser === 'function' ? (internals as HttpInternals) : undefined
  } catch {
    return undefined
  }
}
