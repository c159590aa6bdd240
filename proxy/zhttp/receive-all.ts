import { setTimeout as sleep } from 'node:timers/promises'
import type { Dealer, Router, Subscriber } from 'zeromq'
import type { Log } from '../../shared/log.ts'

/** Milliseconds before a socket that could not be read is tried again. */
const READ_PAUSE = 100

/** Hands every message to `take` until the socket is closed. Never rejects: one message that fails must not keep the others. */
export async function receiveAll(
  socket: Dealer | Router | Subscriber,
  log: Log,
  take: (frames: readonly Buffer[]) => void,
): Promise<void> {
  while (!socket.closed) {
    try {
      take(await socket.receive())
    } catch (error) {
      if (socket.closed) return
      log.error(`zhttp: ${(error as Error).stack}`)
      await sleep(READ_PAUSE, undefined, { ref: false })
    }
  }
}
