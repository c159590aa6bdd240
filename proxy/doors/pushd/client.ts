import type { Socket } from 'node:net'
import { DoorHold } from '../door-hold.ts'
import { throwLater } from '../../hold/throw-later.ts'
import type { Timer } from '../../hold/timer-wheel.ts'
import type { Delivery } from '../../send/delivery.ts'
import { bytesWaiting, quickWrite } from '../../send/quick-write.ts'
import type { Caller } from './commands/command.ts'
import { failures } from './commands/replies.ts'
import type { Reply } from './commands/replies.ts'
import { runCommand } from './commands/run-command.ts'
import { dialectOf } from './dialects/dialect.ts'
import type { CommandReader, Dialect, Dialects } from './dialects/dialect.ts'
import { ANYBODY } from './state/identity.ts'
import type { Identity } from './state/identity.ts'
import type { PushdState } from './state/pushd-state.ts'

/** Milliseconds without a byte after which a command without its line feed is taken for whole. */
const SILENCE = 300

/** Milliseconds without a byte that a client has for the last answers. */
const CLOSE_TIMEOUT = 5000

const NO_CHANNELS: ReadonlySet<string> = new Set()

/** What all connections have in common. */
export interface ClientContext {
  readonly state: PushdState
  readonly dialects: Dialects
  /** Bytes of a command. */
  readonly lineMax: number
  /** What was read is taken for whole commands at once, as the original did. */
  readonly isHasty: boolean
  /** Looks at idle connections so far; see `heard`. */
  looks: number
  closed(client: PushdClient): void
}

const CLIENT = Symbol('pushd client of a socket')

interface ClientSocket extends Socket {
  [CLIENT]?: PushdClient
}

/** A client's connection: its commands are answered one by one, and it is a hold once it is subscribed. */
export class PushdClient extends DoorHold implements Caller {
  identity: Identity = ANYBODY
  readonly id: string
  /** The number of looks at idle connections when something came from it last. */
  heard: number
  readonly #socket: ClientSocket
  readonly #context: ClientContext
  #dialect: Dialect | undefined
  #reader: CommandReader | undefined
  /** What came before the dialect could be told. */
  #early: Buffer | undefined
  #channels: Set<string> | undefined
  /** A command is not answered yet. */
  #isBusy = false
  /** The client does not take the answers. */
  #isFull = false
  #hasEnded = false
  #silence: Timer | undefined
  #heardAt = 0

  constructor(socket: Socket, context: ClientContext) {
    super()
    this.id = context.state.context.nextId()
    this.#socket = socket
    this.#context = context
    this.heard = context.looks
    this.#socket[CLIENT] = this
    for (const [event, listener] of LISTENERS) socket.on(event, listener)
  }

  /** For the log. */
  get name(): string {
    const { user } = this.identity
    return user === '' ? `pushd ${this.id}` : `pushd ${user}@${this.id}`
  }

  get channels(): ReadonlySet<string> {
    return this.#channels ?? NO_CHANNELS
  }

  subscribe(channel: string): Promise<boolean> {
    const { log, table } = this.#context.state.context
    if (this.#channels === undefined) {
      this.#channels = new Set()
      table.add(this, () => {})
    }
    this.#channels.add(channel)
    return new Promise((resolve) => {
      table.join(this, channel, (isLive) => {
        if (isLive) log.info(`subscribe ${this.name} channel=${channel}`)
        else this.unsubscribe(channel)
        resolve(isLive)
      })
    })
  }

  unsubscribe(channel: string): void {
    if (this.#channels?.delete(channel) === true) this.#context.state.context.table.leave(this, channel)
  }

  deliver(delivery: Delivery): boolean {
    if (this.#dialect === undefined) return false
    const bytes = delivery.rendered(this.#dialect.render)
    if (bytes.length === 0) return false
    // Looked at before the write, so that one large message is no reason to cut a client that keeps up.
    const waiting = bytesWaiting(this.#socket)
    const { context } = this.#context.state
    if (waiting > context.queueMax) {
      context.tooSlow(this.name, waiting)
      this.cut()
      return false
    }
    quickWrite(this.#socket, bytes)
    return true
  }

  cut(): void {
    this.#socket.destroy()
    this.closed()
  }

  /** For the socket's listeners. */
  received(bytes: Buffer): void {
    this.heard = this.#context.looks
    const reader = this.#readerFor(bytes)
    if (reader === undefined) return
    if (this.#context.isHasty) reader.flush()
    this.#run(reader)
  }

  drained(): void {
    this.#isFull = false
    if (this.#reader !== undefined) this.#run(this.#reader)
  }

  /** The client sends nothing more; what it has sent is still done. */
  ended(): void {
    this.#hasEnded = true
    this.#reader?.flush()
    if (this.#reader === undefined) this.#end()
    else this.#run(this.#reader)
  }

  closed(): void {
    this.#silence?.cancel()
    if (this.#channels !== undefined) this.#context.state.context.table.remove(this)
    this.#context.closed(this)
  }

  /** Everything is answered: the client has a while to take it. */
  #end(): void {
    this.closed()
    this.#socket.end()
    this.#socket.setTimeout(CLOSE_TIMEOUT)
  }

  #readerFor(bytes: Buffer): CommandReader | undefined {
    if (this.#reader !== undefined) {
      this.#reader.push(bytes)
      return this.#reader
    }
    const early = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes])
    this.#dialect = dialectOf(early, this.#context.dialects)
    this.#early = this.#dialect === undefined ? early : undefined
    this.#reader = this.#dialect?.reader(this.#context.lineMax)
    this.#reader?.push(early)
    return this.#reader
  }

  #run(reader: CommandReader): void {
    // The answers to commands that came together leave together.
    this.#socket.cork()
    this.#runAll(reader)
    this.#socket.uncork()
    // Nobody would ever end the wait for the rest of its last command.
    if (this.#socket.destroyed) return
    if (this.#isBusy || this.#isFull) {
      this.#socket.pause()
      return
    }
    if (this.#hasEnded) {
      this.#end()
      return
    }
    this.#socket.resume()
    if (reader.isWaiting) this.#awaitSilence(reader)
  }

  #runAll(reader: CommandReader): void {
    while (!this.#isBusy && !this.#isFull && !this.#socket.destroyed) {
      const command = reader.next()
      if (command === undefined) return
      if (command === 'broken') {
        this.cut()
      } else if (command === 'too long') {
        this.#answer('', failures.tooLong)
      } else {
        const reply = runCommand(this, command, this.#context.state)
        if (reply instanceof Promise) void this.#answerLater(command.name, reply, reader)
        else this.#answer(command.name, reply)
      }
    }
  }

  async #answerLater(name: string, reply: Promise<Reply>, reader: CommandReader): Promise<void> {
    this.#isBusy = true
    try {
      this.#answer(name, await reply)
      this.#isBusy = false
      this.#run(reader)
    } catch (error) {
      this.cut()
      throwLater(error)
    }
  }

  #answer(name: string, reply: Reply): void {
    if (this.#socket.destroyed || this.#dialect === undefined) return
    if (!this.#socket.write(this.#dialect.reply(name, reply))) this.#isFull = true
  }

  /** One timer at a time, however many pieces the command comes in. */
  #awaitSilence(reader: CommandReader, left = SILENCE): void {
    this.#heardAt = performance.now() - (SILENCE - left)
    this.#silence ??= this.#context.state.context.wheel.after(left, () => {
      this.#silence = undefined
      const quiet = performance.now() - this.#heardAt
      if (this.#isBusy || this.#isFull) return
      if (quiet < SILENCE) {
        this.#awaitSilence(reader, SILENCE - quiet)
        return
      }
      reader.flush()
      this.#run(reader)
    })
  }
}

// One function for all connections, so that ten thousand of them have no closures.
const LISTENERS: ReadonlyArray<readonly [string, (this: ClientSocket, bytes: Buffer) => void]> = [
  ['data', onData],
  ['drain', onDrain],
  ['end', onEnd],
  ['close', onClose],
  ['error', onLost],
  ['timeout', onLost],
]

function onData(this: ClientSocket, bytes: Buffer): void {
  this[CLIENT]?.received(bytes)
}

function onDrain(this: ClientSocket): void {
  this[CLIENT]?.drained()
}

function onEnd(this: ClientSocket): void {
  this[CLIENT]?.ended()
}

function onClose(this: ClientSocket): void {
  this[CLIENT]?.closed()
}

function onLost(this: ClientSocket): void {
  this.destroy()
}
