import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { onMalformed } from '../../accept/malformed.ts'
import { PARSED_HEADERS } from '../../accept/request-check.ts'
import { SERVER_OPTIONS } from '../../accept/server-options.ts'
import { inOrder } from '../../accept/in-order.ts'
import type { Log } from '../../../shared/log.ts'
import { VersionedResponse } from './answer.ts'
import { repairOld } from './old-requests.ts'

/** Milliseconds for a whole request: a message that drips does not keep its connection. */
const REQUEST_TIMEOUT = 60_000
/** Milliseconds between requests. Publishers keep their connection, and some say only now and then something. */
const IDLE_TIMEOUT = 300_000

interface ServerSettings {
  readonly maxHeaderSize: number
  readonly maxConnections: number
  /** Certificate and key in one PEM text, for TLS. */
  readonly pem: Buffer | undefined
}

/** A server for the door's requests, which are handed on one at a time for each connection. It is not listening yet. */
export function msgbusServer(
  { maxHeaderSize, maxConnections, pem }: ServerSettings,
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
  log: Log,
): Server {
  const options: ServerOptions = {
    ...SERVER_OPTIONS,
    ServerResponse: VersionedResponse as typeof ServerResponse,
    maxHeaderSize,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: IDLE_TIMEOUT,
  }
  const server =
    pem === undefined
      ? createServer(options)
      : createTlsServer({ ...options, cert: pem, key: pem, minVersion: 'TLSv1.2' })
  const handle = inOrder(onRequest)
  const refuse = onMalformed(log)
  server.maxHeadersCount = PARSED_HEADERS
  server.maxConnections = maxConnections
  server.timeout = 0
  server.on('request', handle)
  // The publisher is told to go on when its message is wanted.
  server.on('checkContinue', handle)
  server.on('clientError', (error, socket) => {
    if (!repairOld(error, socket)) refuse(error, socket)
  })
  server.on('drop', () => log.warn('msgbus: client_maxconn reached, connection refused'))
  return server
}
