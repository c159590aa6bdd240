import type { Server } from 'node:net'

/** Seconds of silence after which the system asks whether a client is still there. */
export const KEEP_ALIVE_DELAY = 60

interface Handle {
  setNoDelay?(on: boolean): number
  setKeepAlive?(on: boolean, seconds: number): number
}

/**
 * Sets what every client connection needs on the socket that listens: Linux hands it on to each connection, which saves four system
 * calls for each. Where that is not so, the server's own options do the same at a price.
 */
export function inheritSocketOptions(server: Server & { noDelay?: boolean; keepAlive?: boolean }): void {
  const { _handle: handle } = server as Server & { _handle?: Handle | null }
  if (process.platform !== 'linux' || handle?.setNoDelay === undefined || handle.setKeepAlive === undefined) return
  if (handle.setNoDelay(true) === 0) server.noDelay = false
  if (handle.setKeepAlive(true, KEEP_ALIVE_DELAY) === 0) server.keepAlive = false
}
