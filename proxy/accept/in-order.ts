import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

type Handle = (req: IncomingMessage, res: ServerResponse) => void

const WAITING = Symbol('pipelined requests')

interface PipelinedSocket extends Socket {
  [WAITING]?: (() => void)[] | undefined
}

/** With this many requests waiting no more are read; with fewer, reading goes on, because only it shows that a client has left. */
const PAUSE_AT = 8

/** One read can bring many requests at once. A client that sends more than this ahead of the answers is cut. */
const MAX_WAITING = 256

/**
 * Hands on the requests of a connection one at a time: Node emits pipelined ones at once. A request behind a held one waits for it,
 * and backends see requests in the order in which the client sent them (RFC 9112 9.3.2).
 */
export function inOrder(handle: Handle): Handle {
  const start: Handle = (req, res) => {
    const socket = req.socket as PipelinedSocket
    const waiting = (socket[WAITING] ??= [])
    res.once('close', () => {
      // Behind a request that ends the connection there may be anything: what could not be read is no safe guide to what follows.
      if (!res.shouldKeepAlive || !socket.writable) return
      const next = waiting.shift()
      if (next === undefined) {
        socket[WAITING] = undefined
        return
      }
      next()
      if (waiting.length === 0) socket.resume()
    })
    handle(req, res)
  }
  return (req, res) => {
    const socket = req.socket as PipelinedSocket
    const waiting = socket[WAITING]
    if (waiting === undefined) {
      start(req, res)
    } else if (waiting.length < MAX_WAITING) {
      waiting.push(() => start(req, res))
      if (waiting.length >= PAUSE_AT) socket.pause()
    } else {
      socket.destroy()
    }
  }
}

/** Forgets that a request is in hand on the connection, whose response somebody else ends. @returns false when others wait behind it. */
export function takeOutOfOrder(socket: Socket): boolean {
  const { [WAITING]: waiting } = socket as PipelinedSocket
  if (waiting !== undefined && waiting.length > 0) return false
  ;(socket as PipelinedSocket)[WAITING] = undefined
  return true
}
