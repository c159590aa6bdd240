import { after } from 'node:test'
import { Router } from 'zeromq'
import { decodeTnetstring } from '../../shared/tnetstring.ts'
import type { TnetValue } from '../../shared/tnetstring.ts'
import { freePorts } from '../support/free-ports.ts'
import { tnet } from './tnet.ts'

/** What the gateway asked for, all byte strings as text. */
export interface StateCall {
  readonly method: string
  readonly args: unknown
}

type Answer = Parameters<typeof tnet>[0]

/** The service that GRIP 12.9 lets a gateway keep sessions in: it records calls and answers what the test says. */
export class StateService {
  readonly spec: string
  readonly calls: StateCall[] = []
  /** By method; an undefined answer stands for the error `item-not-found`, and other methods get null. */
  answers: Readonly<Record<string, (args: never) => Answer | undefined>> = {}
  // Somebody else may take a connection that is made before the gateway has the port: one that says nothing is given up.
  readonly #socket = new Router({ linger: 0, handshakeInterval: 500 })

  constructor(spec: string) {
    this.spec = spec
    // The gateway is the end that waits for connections.
    this.#socket.connect(spec)
    after(() => this.#socket.close())
    void this.#serve()
  }

  async #serve(): Promise<void> {
    for await (const parts of this.#socket) {
      const request = plain(decodeTnetstring(parts.at(-1) ?? Buffer.of())) as {
        id?: string
        method: string
        args: never
      }
      this.calls.push({ method: request.method, args: request.args })
      const answer = request.method in this.answers ? this.answers[request.method]?.(request.args) : null
      const id = request.id ?? ''
      const reply =
        answer === undefined
          ? tnet({ id, success: false, condition: 'item-not-found' })
          : tnet({ id, success: true, value: answer })
      await this.#socket.send([...parts.slice(0, -1), reply])
    }
  }
}

export async function startStateService(): Promise<StateService> {
  const [port = 0] = await freePorts(1)
  return new StateService(`tcp://127.0.0.1:${port}`)
}

function plain(value: TnetValue): unknown {
  if (Buffer.isBuffer(value)) return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, plain(of)]))
}
