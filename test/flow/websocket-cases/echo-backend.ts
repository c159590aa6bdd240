import { isUtf8 } from 'node:buffer'
import { CLOSE, CONTINUATION, PONG, PING, TEXT } from '../../support/websocket-frame.ts'
import type { Frame } from '../../support/websocket-frame.ts'
import { GRIP } from '../../support/websocket-backend.ts'
import type { BackendWebSocket, WebSocketBackend } from '../../support/websocket-backend.ts'

const PREFIX = Buffer.from('m:')

/**
 * Lets the backend echo with GRIP. It answers what a WebSocket server has to, and trusts its client: it is the gateway that has to
 * find out what is wrong, and must not pass it on.
 *
 * @returns what was passed on all the same
 */
export function echoWithGrip(backend: WebSocketBackend): readonly string[] {
  const mistakes: string[] = []
  backend.accept([GRIP], (server) => {
    const check = new Check((mistake) => mistakes.push(`${server.line}: ${mistake}`))
    server.tell((frame) => {
      check.frame(frame)
      answer(server, frame)
    })
  })
  return mistakes
}

function answer(server: BackendWebSocket, { opcode, fin, payload }: Frame): void {
  if (opcode === PONG) return
  if (opcode === PING) server.pong(payload)
  else if (opcode >= CLOSE || opcode === CONTINUATION) server.sendFrame({ opcode, fin, payload })
  else server.sendFrame({ opcode, fin, payload: Buffer.concat([PREFIX, payload]) })
  if (opcode === CLOSE) server.finish()
}

class Check {
  readonly #wrong: (mistake: string) => void
  /** Of the message that goes on; undefined when it is no text. */
  #text: Buffer[] | undefined

  constructor(wrong: (mistake: string) => void) {
    this.#wrong = wrong
  }

  frame({ opcode, fin, masked, rsv, payload }: Frame): void {
    if (!masked || rsv !== 0) this.#wrong(`masked: ${masked}, reserved bits: ${rsv}`)
    if (opcode >= CLOSE) return
    if (opcode !== CONTINUATION) this.#text = opcode === TEXT ? [] : undefined
    this.#text?.push(payload)
    if (fin && this.#text !== undefined && !isUtf8(Buffer.concat(this.#text))) this.#wrong('a text is not UTF-8')
  }
}
