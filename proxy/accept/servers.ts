import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { chmod, chown } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { LocalListener } from '../../shared/config/listeners.ts'
import type { Settings } from '../../shared/config/keys.ts'
import type { Log } from '../../shared/log.ts'
import { answerError, answerSocket } from './answer.ts'
import { errors } from './errors.ts'
import { listen } from './listen.ts'
import { onMalformed } from './malformed.ts'
import { PARSED_HEADERS } from './request-check.ts'
import type { Certificates } from './tls.ts'
import { SERVER_OPTIONS } from './server-options.ts'
import { ClientRequest, UpgradeResponse } from './upgrade.ts'
import { inOrder } from './in-order.ts'

/** Milliseconds a client connection may be idle between requests. */
const IDLE_TIMEOUT = 75_000

export type OnRequest = (req: IncomingMessage, res: ServerResponse) => void

/** All places where clients connect. */
export class ClientServers {
  readonly #servers: Server[] = []
  readonly #settings: Settings
  readonly #onRequest: OnRequest
  readonly #onUnknownExpectation = inOrder((_req, res) => answerError(res, errors.unknownExpectation))
  readonly #log: Log

  constructor(settings: Settings, onRequest: OnRequest, log: Log) {
    this.#settings = settings
    const handle = inOrder(onRequest)
    this.#onRequest = (req, res) => {
      // What comes next may begin in the middle of a request, and be anything.
      if ((req as ClientRequest).offersInVain) res.shouldKeepAlive = false
      handle(req, res)
    }
    this.#log = log
  }

  /** @throws Error with one sentence when an address is taken or a certificate is missing. */
  async listen(certificates: Certificates): Promise<void> {
    const { http_port, https_ports, local_ports } = this.#settings.runner
    for (const { address, port } of http_port)
      await this.#listen(createServer(this.#options()), { host: address, port })
    for (const { address, port } of https_ports) {
      const server = createTlsServer({
        ...this.#options(),
        ...certificates.defaultOf(port),
        minVersion: 'TLSv1.2',
        SNICallback: (name, done) => {
          try {
            done(null, certificates.contextFor(name, port))
          } catch (error) {
            done(error as Error)
          }
        },
      })
      await this.#listen(server, { host: address, port })
    }
    for (const local of local_ports) {
      await this.#listen(createServer(this.#options()), { path: local.path })
      await setAccess(local)
    }
  }

  /** Takes no more connections and ends those that there are. */
  close(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }

  #options(): ServerOptions {
    return {
      ...SERVER_OPTIONS,
      maxHeaderSize: this.#settings.runner.client_buffer_size,
      IncomingMessage: ClientRequest,
      // A body may take its time; how fast it comes is the client's and the backend's affair.
      requestTimeout: 0,
      keepAliveTimeout: IDLE_TIMEOUT,
    }
  }

  #listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
    const { client_maxconn } = this.#settings.runner
    server.maxHeadersCount = PARSED_HEADERS
    server.maxConnections = Math.ceil(client_maxconn / this.#settings.proxy.workers)
    server.timeout = 0
    server.on('request', this.#onRequest)
    // The body answers with 100 when somebody wants it.
    server.on('checkContinue', this.#onRequest)
    // It has its place among the others, too: an answer that is ready before theirs would be lost when its connection is held.
    server.on('checkExpectation', this.#onUnknownExpectation)
    server.on('clientError', onMalformed(this.#log))
    server.on('upgrade', (req, stream, head) => {
      const socket = stream as Socket
      // Behind a request that is not answered yet, the answer would look like a part of that one's.
      if (hasResponse(socket)) socket.destroy()
      else this.#onRequest(req, new UpgradeResponse(req, socket, head))
    })
    server.on('connect', (_req, socket) => onConnect(socket as Socket))
    server.on('drop', () => this.#log.warn('client_maxconn reached, connection refused'))
    this.#servers.push(server)
    return listen(server, where, 'clients', this.#log)
  }
}

/** Without this Node cuts the connection without a word; with it, the socket is ours alone, errors and all. */
function onConnect(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  if (hasResponse(socket)) socket.destroy()
  else answerSocket(socket, errors.connect)
}

/** Whether a response is under way on the connection. */
export function hasResponse(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return Boolean(socket._httpMessage)
}

async function setAccess({ path, mode, user, group }: LocalListener): Promise<void> {
  if (user !== undefined || group !== undefined) await chown(path, userId(user), groupId(group))
  if (mode !== undefined) await chmod(path, mode)
}

/** -1 leaves an owner as it is. */
function userId(name: string | undefined): number {
  return name === undefined ? -1 : Number(execFileSync('id', ['-u', '--', name], { encoding: 'utf8' }))
}

function groupId(name: string | undefined): number {
  if (name === undefined) return -1
  return Number(execFileSync('getent', ['group', name], { encoding: 'utf8' }).split(':')[2])
}
