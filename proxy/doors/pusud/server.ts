import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../../../shared/log.ts'
import { answerText } from '../../accept/answer.ts'
import { onMalformed } from '../../accept/malformed.ts'
import { checkWebSocket } from '../../accept/request-check.ts'
import { listen } from '../../accept/listen.ts'
import { hasResponse } from '../../accept/servers.ts'
import { SERVER_OPTIONS } from '../../accept/server-options.ts'
import { ClientRequest, UpgradeResponse } from '../../accept/upgrade.ts'
import { acceptKey } from '../../websocket/accept-key.ts'

export interface ServerOptions {
  readonly address: string
  readonly port: number
  readonly maxConnections: number
}

/** Milliseconds that a handshake may take. */
const HANDSHAKE_TIMEOUT = 10_000

/** Bytes of its header. */
const MAX_HEADER = 16_384

/**
 * Takes WebSockets at every path, from every origin, and nothing else. Subprotocols and extensions that are offered are not taken up.
 * @throws {Error} one sentence, when the address cannot be had
 */
export async function openServer(
  { address, port, maxConnections }: ServerOptions,
  onClient: (socket: Socket, early: readonly Buffer[]) => void,
  log: Log,
): Promise<Server> {
  const server = createServer({
    ...SERVER_OPTIONS,
    IncomingMessage: ClientRequest,
    maxHeaderSize: MAX_HEADER,
    requestTimeout: HANDSHAKE_TIMEOUT,
  })
  server.maxConnections = maxConnections
  server.timeout = 0
  server.on('request', refuse)
  server.on('checkContinue', refuse)
  server.on('clientError', onMalformed(log))
  server.on('upgrade', (req, stream, head) => {
    const socket = stream as Socket
    if (hasResponse(socket)) {
      socket.destroy()
      return
    }
    const res = new UpgradeResponse(req, socket, head)
    if (checkWebSocket(req) === undefined) onClient(socket, switchProtocols(req, res))
    else refuse(req, res)
  })
  server.on('drop', () => log.warn('client_maxconn reached, connection refused'))
  await listen(server, { host: address, port }, 'pusud', log)
  return server
}

/** As the original answered what is no handshake. */
function refuse(_req: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = false
  answerText(res, 400, 'Bad Request\n', { 'Sec-Websocket-Version': '13' })
}

function switchProtocols(req: IncomingMessage, res: UpgradeResponse): readonly Buffer[] {
  const accept = acceptKey(String(req.headers['sec-websocket-key']))
  return res.switchProtocols('', ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept])
}
