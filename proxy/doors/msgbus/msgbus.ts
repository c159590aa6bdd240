import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Settings } from '../../../shared/config/keys.ts'
import { listen } from '../../accept/listen.ts'
import type { Door, DoorContext } from '../door.ts'
import { isLoopback } from '../loopback.ts'
import type { MsgbusContext } from './context.ts'
import { Credentials } from './credentials.ts'
import { handle } from './handle.ts'
import { LastMessages } from './last-messages.ts'
import { BodyReader } from './read-body.ts'
import { Renderings } from './renderings.ts'
import { msgbusServer } from './servers.ts'

/** Bytes of messages that have not come as a whole, in each worker. */
const MAX_RECEIVING = 64 << 20

/**
 * The msgbus door: HTTP requests below `/msgbus/` publish and subscribe, others get files. Its only state is its connections, so that every
 * worker has it.
 * @throws Error with one sentence when an address is taken or the certificate cannot be read.
 */
export async function openMsgbus(settings: Settings, worker: number, door: DoorContext): Promise<Door> {
  const { port, listen: host, prefix, compat, ssl_port, cert_file, secret, ...rest } = settings.msgbus
  const { users_file, document_root, trust_unverified_sender, last_messages } = rest
  const { log } = door
  // All workers read the same.
  if (worker === 0 && secret === '' && users_file === undefined && !isLoopback(host)) {
    log.warn(`msgbus: everybody who reaches ${host} may publish and subscribe: there is neither secret nor users_file`)
  }
  const strict = compat === 'strict'
  const maxMessage = settings.handler.push_in_http_max_body_size
  const options = { secret, usersFile: users_file, trustUnverified: trust_unverified_sender }
  const credentials = new Credentials(options, log)
  const lastMessages = last_messages === 0 ? undefined : new LastMessages(prefix, last_messages)
  if (lastMessages !== undefined) door.table.joinEvery(lastMessages)
  const context: MsgbusContext = {
    door,
    prefix,
    credentials,
    renderings: new Renderings({ prefix, strict }),
    lastMessages,
    documentRoot: document_root,
    bodies: new BodyReader(maxMessage, Math.max(maxMessage, MAX_RECEIVING)),
  }
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    handle(req, res, context).catch((error: unknown) => {
      log.error(`msgbus: ${(error as Error).stack}`)
      res.destroy()
    })
  }
  const open = async (portOfServer: number, pem: Buffer | undefined): Promise<Server> => {
    const maxHeaderSize = settings.runner.client_buffer_size
    const maxConnections = Math.ceil(settings.runner.client_maxconn / settings.proxy.workers)
    const server = msgbusServer({ maxHeaderSize, maxConnections, pem }, onRequest, log)
    await listen(server, { host, port: portOfServer }, 'msgbus', log)
    log.info(`msgbus: ${pem === undefined ? 'HTTP' : 'HTTPS'} server on ${host}:${portOfServer}`)
    return server
  }

  const servers: Server[] = []
  if (port !== undefined) servers.push(await open(port, undefined))
  const tlsServer =
    cert_file === undefined || ssl_port === undefined ? undefined : await open(ssl_port, readPem(cert_file))
  if (tlsServer !== undefined) servers.push(tlsServer)

  return {
    reload() {
      credentials.reload()
      if (tlsServer === undefined || cert_file === undefined) return
      try {
        const pem = readPem(cert_file)
        ;(tlsServer as TlsServer).setSecureContext({ cert: pem, key: pem, minVersion: 'TLSv1.2' })
      } catch (error) {
        log.error(`msgbus: certificate not changed: ${(error as Error).message}`)
      }
    },
    close() {
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

/** @throws Error with one sentence. */
function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Error(`cert_file in [msgbus] cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
