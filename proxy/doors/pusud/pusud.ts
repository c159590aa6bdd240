import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Settings } from '../../../shared/config/keys.ts'
import type { Door, DoorContext } from '../door.ts'
import { Access } from './access/access.ts'
import { readAccessSettings } from './access/read-settings.ts'
import { PusudClient } from './client.ts'
import type { ClientContext } from './client-context.ts'
import { renderer } from './published.ts'
import { Publisher } from './publisher.ts'
import { openServer } from './server.ts'
import { Status } from './status.ts'

/** Bytes of a client's message: it is in memory as a whole, more than once. */
const MAX_MESSAGE = 1_000_000

/**
 * Opens the door for clients of pusud: WebSockets that say in JSON what they subscribe to and publish. Each worker has one; its only
 * state is its connections.
 *
 * @throws {Error} one sentence, when settings or address cannot be used
 */
export async function openPusud(settings: Settings, worker: number, context: DoorContext): Promise<Door> {
  const { port = 0, listen: address } = settings.pusud
  // All workers read the same.
  const warn = worker === 0 ? (sentence: string) => context.log.warn(sentence) : () => {}
  const door = new Pusud(settings, context, await readAccess(settings.pusud, warn))
  const maxConnections = Math.ceil(settings.runner.client_maxconn / settings.proxy.workers)
  await door.listen({ address, port, maxConnections })
  if (worker === 0) context.log.info(`pusud: ${address}:${port}`)
  return door
}

async function readAccess(settings: Settings['pusud'], warn: (sentence: string) => void): Promise<Access> {
  const read = await readAccessSettings(settings, warn)
  const access = new Access(read)
  if (read.authenticator === 'None') warn('pusud: authenticator None lets every client read and publish')
  return access
}

class Pusud implements Door {
  readonly #settings: Settings
  readonly #context: DoorContext
  readonly #status: Status
  readonly #shared: ClientContext & { access: Access }
  #server: Server | undefined

  constructor(settings: Settings, context: DoorContext, access: Access) {
    const { pusud, proxy } = settings
    this.#settings = settings
    this.#context = context
    this.#status = new Status((line) => context.log.info(line))
    const publisher = new Publisher(context)
    this.#shared = {
      table: context.table,
      wheel: context.wheel,
      rules: { masked: true, deflate: false, maxMessage: Math.min(proxy.websocket_max_message, MAX_MESSAGE) },
      queueMax: context.queueMax,
      pingInterval: proxy.websocket_ping_interval * 1000,
      prefix: pusud.prefix,
      strict: pusud.compat === 'strict',
      access,
      render: renderer(pusud.prefix),
      publish: (items) => {
        this.#status.received += items.length
        for (let i = 0; i < items.length; i++) context.count('pusud_published')
        return publisher.publish(items)
      },
      sent: (messages) => {
        this.#status.sent += messages
      },
      tooSlow: (address, waiting) => {
        context.count('pusud_cut')
        context.tooSlow(`pusud ${address}`, waiting)
      },
      unavailable: (error) => context.log.warn(`pusud: authenticator HTTP: ${error.message}`),
      gone: () => {
        this.#status.clients--
      },
    }
  }

  async listen(options: Parameters<typeof openServer>[0]): Promise<void> {
    this.#server = await openServer(options, (socket, early) => this.#open(socket, early), this.#context.log)
  }

  reload(): void {
    void this.#reload()
  }

  close(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#status.stop()
    this.#shared.access.close()
  }

  #open(socket: Socket, early: readonly Buffer[]): void {
    this.#status.clients++
    this.#context.count('pusud_connections')
    const client = new PusudClient(this.#context.nextId(), socket, this.#shared)
    client.start(early)
  }

  async #reload(): Promise<void> {
    const { log } = this.#context
    try {
      const access = await readAccess(this.#settings.pusud, (sentence) => log.warn(sentence))
      this.#shared.access.close()
      this.#shared.access = access
    } catch (error) {
      log.error(`pusud: settings stay as they were: ${(error as Error).message}`)
    }
  }
}
