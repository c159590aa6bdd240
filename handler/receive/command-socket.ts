import { Router } from 'zeromq'
import { decodeTnetstring, encodeTnetstring, TnetstringError } from '../../shared/tnetstring.ts'
import type { TnetValue } from '../../shared/tnetstring.ts'
import { type CommandArgs, type CommandContext, type CommandResult, runCommand } from './command-methods.ts'
import { type Count, type InputLog, InputProblems } from './input-problems.ts'
import { bindInput, INPUT_SOCKET_OPTIONS, readMessages } from './zmq-input.ts'

export interface CommandSocket {
  readonly endpoint: string
  close(): void
}

interface CommandRequest {
  /** Echoed as it came. */
  readonly id: Buffer | undefined
  readonly method: string
  readonly args: CommandArgs
}

// Requests that are being worked on or whose reply is not sent yet; at the limit no more are read.
const MAX_UNANSWERED = 1000

/**
 * Answers commands from REQ sockets, or DEALER sockets that send an empty delimiter (GRIP 5.4). What is not a request gets no
 * answer.
 * @param count is told `command_refused` for each message without an answer.
 * @throws Error with one sentence when the spec cannot be bound.
 */
export async function startCommandSocket(
  spec: string,
  context: CommandContext,
  log: InputLog,
  count: Count,
): Promise<CommandSocket> {
  const socket = new Router(INPUT_SOCKET_OPTIONS)
  const endpoint = await bindInput(socket, 'ZeroMQ command socket', spec)
  const problems = new InputProblems('IN command', 'command_refused', log, count)
  const replies = new Replies(socket, problems)

  const take = (frames: Buffer[]): Promise<void> | undefined => {
    const delimiter = frames.findIndex((frame) => frame.length === 0)
    const body = frames[delimiter + 1]
    if (delimiter < 1 || body === undefined || frames.length !== delimiter + 2) {
      problems.warn('received message without one frame after an empty one, skipping')
      return undefined
    }
    const request = parseRequest(body)
    if (request === undefined) {
      problems.warn('received message that is not a request, skipping')
      return undefined
    }
    void replies.send(frames.slice(0, delimiter + 1), request.id, run(request))
    return replies.room()
  }
  // async, so that an unexpected error becomes the reply's failure and not the end of the reading.
  const run = async ({ method, args }: CommandRequest): Promise<CommandResult> => runCommand(method, args, context)

  void readMessages(socket, take, problems)
  return { endpoint, close: () => socket.close() }
}

function parseRequest(body: Buffer): CommandRequest | undefined {
  try {
    const request = decodeTnetstring(body)
    if (!isDictionary(request)) return undefined
    const { id, method, args } = request
    if (!Buffer.isBuffer(method)) return undefined
    if (id !== undefined && !Buffer.isBuffer(id)) return undefined
    if (args !== undefined && !isDictionary(args)) return undefined
    return { id, method: method.toString(), args: args ?? {} }
  } catch (error) {
    if (error instanceof TnetstringError) return undefined
    throw error
  }
}

function isDictionary(value: TnetValue | undefined): value is { [key: string]: TnetValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}

/** Sends replies one at a time, because ZeroMQ refuses a second `send` while one waits. */
class Replies {
  readonly #socket: Router
  readonly #problems: InputProblems
  #unanswered = 0
  #sent: Promise<void> = Promise.resolve()
  #roomMade: (() => void) | undefined

  constructor(socket: Router, problems: InputProblems) {
    this.#socket = socket
    this.#problems = problems
  }

  /** Never rejects. */
  async send(envelope: readonly Buffer[], id: Buffer | undefined, answer: Promise<CommandResult>): Promise<void> {
    this.#unanswered++
    try {
      const result = await answer
      const reply = encodeTnetstring(id === undefined ? { ...result } : { id, ...result })
      this.#sent = this.#sent.then(() => this.#transmit([...envelope, reply]))
      await this.#sent
    } catch (error) {
      this.#warn(error)
    }
    this.#unanswered--
    this.#roomMade?.()
  }

  /** Undefined while another request may be read; else resolves when that is so. */
  room(): Promise<void> | undefined {
    if (this.#unanswered < MAX_UNANSWERED) return undefined
    return new Promise((resolve) => {
      this.#roomMade = resolve
    })
  }

  async #transmit(frames: Buffer[]): Promise<void> {
    try {
      await this.#socket.send(frames)
    } catch (error) {
      this.#warn(error)
    }
  }

  #warn(error: unknown): void {
    if (!this.#socket.closed)
      this.#problems.warn(`cannot answer: ${error instanceof Error ? error.message : String(error)}`)
  }
}
