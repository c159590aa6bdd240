import type { Server } from 'node:net'
import type { Log } from '../../../shared/log.ts'

export interface Where {
  readonly host: string
  readonly port: number
  readonly backlog?: number
}

/** @throws Error with one sentence when the address cannot be had. */
export function listen(server: Server, where: Where, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message
      reject(new Error(`pushd: cannot listen on ${where.host}:${where.port}: ${reason}`))
    })
    // Not through the runner, which would give the port to other workers, too.
    server.listen({ ...where, exclusive: true }, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => log.error(`pushd listener: ${error.message}`))
      resolve()
    })
  })
}
