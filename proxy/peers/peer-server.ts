import { unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { isListening } from '../../shared/link/endpoint.ts'
import { PARSED_HEADERS } from '../accept/request-check.ts'
import type { OnRequest } from '../accept/servers.ts'
import { ClientRequest, UpgradeResponse } from '../accept/upgrade.ts'
import { ADDED_HEADERS, takeClientFacts } from './client-facts.ts'

/** Bytes that the headers which are added take. */
const ADDED_BYTES = 256

/** The private socket on which a worker takes the requests that others hand on to it. */
export class PeerServer {
  readonly #server: Server

  /** @param maxHeaderSize bytes that a client's request may have before its body */
  constructor(onRequest: OnRequest, maxHeaderSize: number) {
    const handle: OnRequest = (req, res) => {
      takeClientFacts(req)
      onRequest(req, res)
    }
    const server = createServer({
      IncomingMessage: ClientRequest,
      maxHeaderSize: maxHeaderSize + ADDED_BYTES,
      requestTimeout: 0,
      requireHostHeader: false,
    })
    server.maxHeadersCount = PARSED_HEADERS + ADDED_HEADERS
    server.timeout = 0
    server.on('request', handle)
    server.on('checkContinue', handle)
    server.on('upgrade', (req, socket, head) => handle(req, new UpgradeResponse(req, socket as Socket, head)))
    server.on('clientError', (_error, socket) => socket.destroy())
    this.#server = server
  }

  /** @throws Error with one sentence when another process has the socket, or it cannot be made. */
  async listen(path: string): Promise<void> {
    if (await isListening(path)) throw new Error(`cannot listen on ${path}: another gateway uses it`)
    // What a worker that was killed has left.
    await unlink(path).catch(() => {})
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void => reject(new Error(`cannot listen on ${path}: ${error.message}`))
      this.#server.once('error', refuse)
      // Nobody else may forge what is believed here, not even in the moment before its permissions could be changed.
      const mask = process.umask(0o177)
      // Without `exclusive` the runner would listen, for all workers.
      this.#server.listen({ path, exclusive: true }, () => {
        this.#server.off('error', refuse)
        resolve()
      })
      process.umask(mask)
    })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
