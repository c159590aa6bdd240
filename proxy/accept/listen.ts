import type { Server } from 'node:net'
import type { Log } from '../../shared/log.ts'
import { inheritSocketOptions } from './socket-options.ts'

/** Connections that may wait to be accepted; the system has its own limit. */
const BACKLOG = 4096

type Address = { readonly host: string; readonly port: number } | { readonly path: string }

interface Options {
  readonly backlog?: number
  /** The port is this worker's alone. */
  readonly exclusive?: boolean
}

/**
 * Has the server listen, and its errors logged from then on.
 * @param clients who is to connect there, for the sentence.
 * @throws Error with one sentence when the address cannot be had.
 */
export function listen(server: Server, where: Address & Options, clients: string, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const name = 'path' in where ? where.path : `${where.host}:${where.port}`
      reject(new Error(`cannot listen for ${clients} on ${name}: ${reasonOf(error)}`, { cause: error }))
    })
    server.listen({ backlog: BACKLOG, ...where }, () => {
      inheritSocketOptions(server)
      server.removeAllListeners('error')
      server.on('error', (error) => log.error(`listener: ${error.message}`))
      resolve()
    })
  })
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'the address is in use'
  return code === 'EACCES' ? 'permission denied' : message
}
