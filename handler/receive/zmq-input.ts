import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Pull, Router, Subscriber } from 'zeromq'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { isListening } from '../../shared/link/endpoint.ts'
import type { Inbox } from './inbox.ts'
import type { InputProblems } from './input-problems.ts'

type InputSocket = Pull | Subscriber | Router

/** What the ZeroMQ inputs open their sockets with. */
export const INPUT_SOCKET_OPTIONS = {
  // Messages, per publisher (GRIP 5.2).
  receiveHighWaterMark: 101_000,
  // Bytes of a frame. A peer that announces more is disconnected before memory is set aside for it.
  maxMessageSize: 64 * 1024 * 1024,
  linger: 0,
}

// Milliseconds before a socket that could not be read is tried again.
const READ_PAUSE = 100

/**
 * Binds the socket to a ZeroMQ spec, or closes it and throws.
 * @returns the endpoint, with the port the system chose when the spec leaves it open.
 * @throws Error with one sentence that names the input and the spec.
 */
export async function bindInput(socket: InputSocket, input: string, spec: string): Promise<string> {
  try {
    if (await isTaken(spec)) throw new Error('address already in use')
    await socket.bind(spec)
    return socket.lastEndpoint ?? spec
  } catch (error) {
    socket.close()
    throw specProblem(input, spec, error)
  }
}

/** The sentence for a spec that could not be bound or connected. */
export function specProblem(input: string, spec: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error)
  return new Error(`${input}: ${spec}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`, { cause: error })
}

/** libzmq takes over a socket file without asking whether somebody listens on it. */
async function isTaken(spec: string): Promise<boolean> {
  return spec.startsWith('ipc:///') && isListening(spec.slice('ipc://'.length))
}

/**
 * Hands every message to `take`, one at a time, until the socket is closed; a promise that `take` returns is awaited before
 * the next message is read. Never rejects: what goes wrong is told to `problems`.
 */
export async function readMessages(
  socket: InputSocket,
  take: (frames: Buffer[]) => Promise<void> | undefined,
  problems: InputProblems,
): Promise<void> {
  while (!socket.closed) {
    try {
      const frames = await socket.receive()
      const taking = take(frames)
      if (taking !== undefined) await taking
    } catch (error) {
      if (socket.closed) return
      problems.warn(`cannot take a message: ${error instanceof Error ? error.message : String(error)}`)
      await sleep(READ_PAUSE, undefined, { ref: false })
    }
  }
}

/**
 * Hands an item to the inbox, for an input that cannot refuse it: while the inbox is full the item waits, and with it all that
 * its publishers still send.
 */
export function handOver(socket: InputSocket, inbox: Inbox, item: PublishItem): Promise<void> | undefined {
  const items = [item]
  return inbox.publish(items) ? undefined : handOverLater(socket, inbox, items)
}

async function handOverLater(socket: InputSocket, inbox: Inbox, items: readonly PublishItem[]): Promise<void> {
  do {
    await inbox.ready()
    // Another input may have taken the room that was free: without a turn of the event loop none could become free again.
    await nextTurn()
  } while (!socket.closed && !inbox.publish(items))
}
