import type { Socket } from 'node:net'
import type { Settings } from '../../../shared/config/keys.ts'
import { errors } from '../../accept/errors.ts'
import type { Exchange } from '../../accept/exchange.ts'
import type { Route } from '../../choose/route.ts'
import { relayMessage } from '../../forward/relay-message.ts'
import { InnerClients } from '../../websocket/inner-client.ts'
import { commonHeaders, refuse } from './answer.ts'
import { ClientEnd } from './client-end.ts'
import { FramedWebSocket } from './framed-web-socket.ts'
import type { Receiver } from './receiver.ts'
import { Session } from './session.ts'
import type { SockJsContext } from './sockjs.ts'

/** What the handshake has more than the client's request. */
const HANDSHAKE_BYTES = 512

/** The sessions of a worker, those that span connections by their names. */
export class Sessions {
  /** As many as there may be connections. */
  readonly #max: number
  readonly #maxMessage: number
  readonly #context: SockJsContext
  readonly #clients: InnerClients
  readonly #byName = new Map<string, Session>()

  constructor({ proxy, runner }: Settings, context: SockJsContext) {
    this.#max = Math.ceil(runner.client_maxconn / proxy.workers)
    this.#maxMessage = Math.min(proxy.websocket_max_message, proxy.client_queue_max)
    this.#context = context
    this.#clients = new InnerClients(context.forward, runner.client_buffer_size + HANDSHAKE_BYTES)
  }

  get isFull(): boolean {
    return this.#byName.size >= this.#max
  }

  get(route: Route, name: string): Session | undefined {
    return this.#byName.get(keyOf(route, name))
  }

  /** Opens a session for the request that is its first receiver, or relays the backend's refusal to that one. */
  open(exchange: Exchange, name: string, target: string, receiverOf: (session: Session) => Receiver): void {
    const key = keyOf(exchange.facts.route, name)
    const forget = (): void => void this.#byName.delete(key)
    const session = new Session(this.#context.wheel, () => {
      forget()
      handshake.destroy()
    })
    this.#byName.set(key, session)
    session.receive(receiverOf(session))
    const handshake = this.#clients.connect(exchange, target, {
      opened: (_response, socket, head) => this.#opened(session, socket, head),
      refused: (response) => {
        forget()
        session.refused()
        relayMessage(exchange, response, commonHeaders(exchange))
      },
      failed: () => {
        forget()
        session.refused()
        refuse(exchange, errors.originFailed)
      },
    })
  }

  /** The same for a WebSocket, which is a session of its own. */
  openFramed(exchange: Exchange, target: string): void {
    const session = new Session(this.#context.wheel, () => handshake.destroy())
    const receiver = new FramedWebSocket(exchange, session)
    session.receive(receiver)
    const handshake = this.#clients.connect(exchange, target, {
      opened: ({ statusMessage, rawHeaders }, socket, head) => {
        const early = receiver.open(statusMessage ?? '', rawHeaders)
        this.#opened(session, socket, head)
        receiver.start(early)
      },
      refused: (response) => {
        session.refused()
        relayMessage(exchange, response)
      },
      failed: () => {
        session.refused()
        refuse(exchange, errors.originFailed)
      },
    })
  }

  #opened(session: Session, socket: Socket, head: Buffer): void {
    const end = new ClientEnd(socket, this.#maxMessage, session)
    session.opened(end)
    end.start(head)
  }
}

/** Two routes share no sessions, whatever names their clients choose. */
function keyOf({ id, sockjs }: Route, name: string): string {
  return `${id}\0${sockjs}\0${name}`
}
