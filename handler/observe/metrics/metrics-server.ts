import { once } from 'node:events'
import { createServer } from 'node:http'
import { chmod, stat, unlink } from 'node:fs/promises'
import { formatListener } from '../../../shared/config/listeners.ts'
import type { MetricsPort } from '../../../shared/config/metrics-port.ts'
import { isListening } from '../../../shared/link/endpoint.ts'
import { listenProblem } from '../../receive/http-api.ts'
import { CONTENT_TYPE } from './exposition.ts'

// GRIP 9.3
const MAX_HEADER = 8192
const MAX_CONNECTIONS = 16

/** Milliseconds for a request to arrive. */
const REQUEST_TIMEOUT = 10_000

export interface MetricsServer {
  close(): void
}

/**
 * Answers every request, whatever its method and path, with the metrics as text.
 * @param fileMode of the file of a Unix socket.
 * @throws Error with one sentence when it cannot listen.
 */
export async function startMetricsServer(
  port: MetricsPort,
  fileMode: number | undefined,
  text: () => string,
): Promise<MetricsServer> {
  const server = createServer({ maxHeaderSize: MAX_HEADER, requireHostHeader: false }, (req, res) => {
    // What a body says does not matter, and the connection ends with the answer.
    req.resume()
    res.writeHead(200, { 'Content-Type': CONTENT_TYPE, Connection: 'close' }).end(text())
  })
  server.maxConnections = MAX_CONNECTIONS
  server.requestTimeout = REQUEST_TIMEOUT
  server.headersTimeout = REQUEST_TIMEOUT
  const name = 'path' in port ? port.path : formatListener(port)
  try {
    if ('path' in port) await removeStale(port.path)
    server.listen('path' in port ? port : { host: port.address, port: port.port })
    await once(server, 'listening')
    if ('path' in port && fileMode !== undefined) await chmod(port.path, fileMode)
  } catch (error) {
    server.close()
    throw new Error(`unable to bind to prometheus port: ${name}: ${listenProblem(error)}`, { cause: error })
  }
  return {
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A process that was killed leaves the file of its socket behind. */
async function removeStale(path: string): Promise<void> {
  if (await isListening(path)) throw new Error('address already in use')
  const file = await stat(path).catch(() => undefined)
  if (file?.isSocket() === true) await unlink(path)
}
