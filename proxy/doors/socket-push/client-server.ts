import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Log } from '../../../shared/log.ts'
import { answerError } from '../../accept/answer.ts'
import { inOrder } from '../../accept/in-order.ts'
import { onMalformed } from '../../accept/malformed.ts'
import { asksForWebSocket, checkWebSocket } from '../../accept/request-check.ts'
import { SERVER_OPTIONS } from '../../accept/server-options.ts'
import { ClientRequest, UpgradeResponse } from '../../accept/upgrade.ts'
import { sendClientFile } from './client-file.ts'
import { errors } from './errors.ts'
import type { SessionContext } from './session.ts'
import { CurrentTransport } from './transports/current-transport.ts'
import { LegacyTransports } from './transports/legacy-transports.ts'

/** PEM files. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
}

export interface ClientServerOptions {
  readonly maxHeaderSize: number
  /** Of connections, and of sessions: those that poll are more than their connections. */
  readonly maxClients: number
  readonly certificate: Certificate | undefined
}

const ROOT = '/socket.io/'

/** The port that browsers connect to. It is not listening yet. */
export class ClientServer {
  readonly server: Server
  readonly #context: SessionContext
  readonly #options: ClientServerOptions
  readonly #legacy: LegacyTransports
  readonly #current: CurrentTransport

  /** @throws Error when a file of the certificate cannot be read. */
  constructor(context: SessionContext, options: ClientServerOptions, log: Log) {
    this.#context = context
    this.#options = options
    this.#legacy = new LegacyTransports(context, options.maxClients)
    this.#current = new CurrentTransport(context, options.maxClients)
    this.server = this.#listener(log)
  }

  /** Reads the certificate again; it counts from the next handshake. @throws as the constructor does */
  reload(): void {
    const { certificate } = this.#options
    if (certificate === undefined || !('setSecureContext' in this.server)) return
    ;(this.server as ReturnType<typeof createTlsServer>).setSecureContext(pemOf(certificate))
  }

  close(): void {
    this.server.close()
    for (const session of this.#context.sessions) session.goAway()
    this.#current.close()
    this.server.closeAllConnections()
  }

  #listener(log: Log): Server {
    const { certificate, maxHeaderSize, maxClients } = this.#options
    const settings: ServerOptions = {
      ...SERVER_OPTIONS,
      IncomingMessage: ClientRequest,
      maxHeaderSize,
      requestTimeout: 60_000,
      keepAliveTimeout: 75_000,
    }
    const server =
      certificate === undefined
        ? createServer(settings)
        : createTlsServer({ ...settings, ...pemOf(certificate), minVersion: 'TLSv1.2' })
    server.maxConnections = maxClients
    server.timeout = 0
    const handle = inOrder((req, res) => this.#request(req, res))
    server.on('request', (req, res) => {
      // What comes next may begin in the middle of a request, and be anything.
      if ((req as ClientRequest).offersInVain) res.shouldKeepAlive = false
      handle(req, res)
    })
    server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket as Socket, head))
    server.on('clientError', onMalformed(log))
    return server
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const [path = '', query = ''] = (req.url ?? '').split(/\?(.*)/s)
    if (path === `${ROOT}socket.io.js` && (req.method === 'GET' || req.method === 'HEAD')) sendClientFile(req, res)
    else if (asksForWebSocket(req)) answerError(res, checkWebSocket(req) ?? errors.notFound)
    else if (path === ROOT && new URLSearchParams(query).has('EIO')) this.#current.request(req, res)
    else if (!path.startsWith(ROOT)) answerError(res, errors.notFound)
    else if (!this.#legacy.request(path.slice(ROOT.length).split('/'), req, res)) answerError(res, errors.notFound)
  }

  #upgrade(req: IncomingMessage, socket: Socket & { _httpMessage?: ServerResponse | null }, head: Buffer): void {
    // Behind a request that is not answered yet, the answer would look like a part of that one's.
    if (socket._httpMessage) {
      socket.destroy()
      return
    }
    const [path = '', query = ''] = (req.url ?? '').split(/\?(.*)/s)
    if (path === ROOT && new URLSearchParams(query).has('EIO')) {
      this.#current.upgrade(req, socket, head)
      return
    }
    const res = new UpgradeResponse(req, socket, head)
    const error = checkWebSocket(req) ?? (LEGACY_PATH.test(path) ? undefined : errors.notFound)
    if (error !== undefined) answerError(res, error)
    else this.#legacy.webSocket(req, res)
  }
}

/** Flash's transport spoke to the same server in the same way. */
const LEGACY_PATH = /^\/socket\.io\/(?:websocket|flashsocket)\/?$/

function pemOf({ certFile, keyFile }: Certificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) }
}
