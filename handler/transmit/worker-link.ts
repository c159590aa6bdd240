import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { linkPath, isListening } from '../../shared/link/endpoint.ts'
import { FrameSocket } from '../../shared/link/frame-socket.ts'
import { decodeItem } from '../../shared/link/item-codec.ts'
import { decodeMessage, encodeMessage, isItem } from '../../shared/link/messages.ts'
import type { HandlerMessage, WorkerCommand, WorkerMessage } from '../../shared/link/messages.ts'
import type { SessionCall } from '../../shared/link/session-calls.ts'
import type { StatsMessage, Watched } from '../../shared/link/stats-message.ts'
import type { Log } from '../../shared/log.ts'
import type { Inbox } from '../receive/inbox.ts'
import type { LastIds } from '../sequence/last-ids.ts'
import type { ChannelTable } from '../subscriptions/channel-table.ts'
import { WorkerCommands } from './worker-commands.ts'
import { WorkerPeer } from './worker-peer.ts'

/** Told what workers count, and when one ends. */
export interface WorkerListener {
  /** What the workers are to tell. */
  readonly watched: Watched
  stats(worker: string, message: StatsMessage): void
  /** @param undelivered messages that waited for it. */
  gone(worker: string, undelivered: number): void
}

/** A worker that gave no sign of life for this long is taken for dead; it says one a second. */
const SILENCE_LIMIT = 30_000

export interface WorkerLinkOptions {
  readonly lastIds: LastIds
  /** Whether holds are told that theirs is the first subscription of a channel (GRIP 6.4). */
  readonly updateOnFirst: boolean
}

/** The handler's end of the link: knows the workers, keeps the channel table in step with what they say, sends them items. */
export class WorkerLink {
  readonly #server = createServer((socket) => this.#connected(socket))
  readonly #channels: ChannelTable
  readonly #options: WorkerLinkOptions
  readonly #log: Log
  readonly #peers = new Map<FrameSocket, WorkerPeer>()
  readonly #sockets = new Set<FrameSocket>()
  readonly #commands = new WorkerCommands()
  readonly #buriedCounts = new Map<string, number>()
  #inbox: Pick<Inbox, 'publish'> | undefined
  #listener: WorkerListener | undefined
  #answerSession: (call: SessionCall) => Promise<unknown> = () => Promise.resolve(null)
  #isStopping = false
  #onChange: (() => void)[] = []
  #watch: NodeJS.Timeout | undefined

  constructor(channels: ChannelTable, options: WorkerLinkOptions, log: Log) {
    this.#channels = channels
    this.#options = options
    this.#log = log
  }

  listen(listener: WorkerListener): void {
    this.#listener = listener
  }

  /** Has all workers tell what somebody reads. */
  watch(watched: Watched): void {
    for (const peer of this.#peers.values()) send(peer, { type: 'watch', watched })
  }

  /** What the clients of the workers' doors publish goes there. */
  publishTo(inbox: Pick<Inbox, 'publish'>): void {
    this.#inbox = inbox
  }

  /** From now on, this answers what workers ask of sessions; it must not reject. */
  answerSessions(answer: (call: SessionCall) => Promise<unknown>): void {
    this.#answerSession = answer
  }

  /** @throws Error when another gateway uses the same socket file. */
  async start(rundir: string, ipcPrefix: string, fileMode: number | undefined): Promise<void> {
    const path = linkPath(rundir, ipcPrefix)
    if (await isListening(path)) {
      throw new Error(`${path}: another gateway is running with this rundir and ipc_prefix`)
    }
    // Left behind by a handler that was killed.
    await rm(path, { force: true })
    await once(this.#server.listen(path), 'listening')
    if (fileMode !== undefined) await chmod(path, fileMode)
    this.#watch = setInterval(() => this.#bury(), 1000)
  }

  /** The gateway stops: workers may end before the handler, which is nothing to warn of. */
  expectEnd(): void {
    this.#isStopping = true
  }

  close(): void {
    clearInterval(this.#watch)
    this.#server.close()
    for (const socket of this.#sockets) socket.close()
  }

  get workers(): readonly WorkerPeer[] {
    return [...this.#peers.values()]
  }

  /** Whether so much waits for a worker that nothing more may be taken from publishers. */
  get full(): boolean {
    for (const peer of this.#peers.values()) if (peer.full) return true
    return false
  }

  /** Totals of all workers, those that are gone included. */
  counts(): Map<string, number> {
    const totals = new Map(this.#buriedCounts)
    for (const peer of this.#peers.values()) addCounts(totals, peer.counts)
    return totals
  }

  /** Resolves when `condition` holds; it is looked at when a worker comes, goes or has delivered something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#onChange.push(resolve))
  }

  recover(): void {
    // GRIP 6.6: no message waits for one that was lost before.
    this.#options.lastIds.clear()
    for (const peer of this.#peers.values()) send(peer, { type: 'recover' })
  }

  /** Asks every worker which of the connections it holds. Rejects after 10 s without all answers. */
  connCheck(ids: readonly string[]): Promise<string[]> {
    return this.#ask({ method: 'conncheck', ids })
  }

  /** Has a WebSocket-over-HTTP backend asked for news (GRIP 5.4). @returns whether a worker has such a connection; rejects as `connCheck`. */
  async refresh(id: string): Promise<boolean> {
    return (await this.#ask({ method: 'refresh', id })).length > 0
  }

  /** The same for all connections of a channel; rejects as `connCheck`. */
  async refreshChannel(channel: string): Promise<void> {
    await this.#ask({ method: 'refresh', channel })
  }

  #ask(command: WorkerCommand): Promise<string[]> {
    return this.#commands.ask(this.#peers.values(), command)
  }

  #connected(connection: Socket): void {
    const socket: FrameSocket = new FrameSocket(connection, {
      frame: (frame) => {
        try {
          if (isItem(frame)) this.#peers.get(socket)?.published.push(decodeItem(frame))
          else this.#take(socket, decodeMessage(frame) as WorkerMessage)
        } catch (error) {
          this.#log.error(`link: ${(error as Error).stack}`)
        }
      },
      closed: () => {
        this.#sockets.delete(socket)
        this.#lost(socket, 'its connection is closed')
      },
    })
    this.#sockets.add(socket)
  }

  #take(socket: FrameSocket, message: WorkerMessage): void {
    if (message.type === 'hello') {
      this.#welcome(socket, message)
      return
    }
    const peer = this.#peers.get(socket)
    // It was taken for dead.
    if (peer === undefined) return
    peer.seen = performance.now()
    switch (message.type) {
      case 'subscribe':
        this.#confirm(peer, message.request, message.channels, this.#channels.subscribe(peer, message.channels))
        break
      case 'unsubscribe':
        this.#channels.unsubscribe(peer, message.channels)
        break
      case 'forget':
        for (const channel of message.channels) this.#options.lastIds.forget(channel)
        break
      case 'publish': {
        const items = peer.published.splice(0)
        const taken = this.#inbox?.publish(items) === true
        send(peer, { type: 'published', request: message.request, taken })
        break
      }
      case 'full':
        peer.isOverRate = message.isFull
        this.#changed()
        break
      case 'delivered':
        peer.delivered(message.bytes)
        this.#changed()
        break
      case 'alive':
        peer.counts = message.counts
        peer.held = message.held
        peer.lag = message.lag
        break
      case 'stats':
        this.#listener?.stats(peer.name, message)
        break
      case 'session':
        void this.#session(peer, socket, message.request, message.call)
        break
      case 'reply':
        this.#commands.reply(peer, message.request, message.value)
        break
    }
  }

  #welcome(socket: FrameSocket, hello: WorkerMessage & { type: 'hello' }): void {
    for (const [other, { index }] of this.#peers) {
      // Another process with its number has taken its place, or its connection broke off without a word.
      if (index === hello.worker) this.#lost(other, 'it or its successor greets anew')
    }
    const peer = new WorkerPeer(hello.worker, hello.pid, (frame) => socket.send(frame))
    this.#peers.set(socket, peer)
    this.#channels.subscribe(peer, hello.channels)
    // Its holds are not new: what they may have missed they ask for by themselves.
    this.#confirm(peer, hello.request, hello.channels, [])
    if (this.#listener !== undefined) send(peer, { type: 'watch', watched: this.#listener.watched })
    this.#log.debug(`worker ${peer.index} (pid ${peer.pid}) subscribes ${hello.channels.length} channels`)
    this.#changed()
  }

  #confirm(peer: WorkerPeer, request: number, channels: readonly string[], first: readonly string[]): void {
    const { lastIds, updateOnFirst } = this.#options
    send(peer, { type: 'subscribed', request, lastIds: lastIds.ofAll(channels), first: updateOnFirst ? first : [] })
  }

  async #session(peer: WorkerPeer, socket: FrameSocket, request: number, call: SessionCall): Promise<void> {
    const value = await this.#answerSession(call)
    // The worker may have gone meanwhile.
    if (request !== 0 && this.#peers.get(socket) === peer) send(peer, { type: 'session', request, value })
  }

  /** Closes the connection as well: a worker that is still there connects again, and greets. */
  #lost(socket: FrameSocket, reason: string): void {
    socket.close()
    const peer = this.#peers.get(socket)
    if (peer === undefined) return
    const undelivered = peer.waiting > 0 ? `, ${peer.waiting} messages waited for it` : ''
    const line = `worker ${peer.index} (pid ${peer.pid}) is gone: ${reason}${undelivered}`
    if (this.#isStopping && peer.waiting === 0) this.#log.debug(line)
    else this.#log.warn(line)
    this.#peers.delete(socket)
    this.#remove(peer)
    this.#changed()
  }

  #remove(peer: WorkerPeer): void {
    this.#channels.unsubscribe(peer, [...peer.channels])
    addCounts(this.#buriedCounts, peer.counts)
    this.#listener?.gone(peer.name, peer.waiting)
    this.#commands.gone(peer)
  }

  #bury(): void {
    const limit = performance.now() - SILENCE_LIMIT
    for (const [socket, peer] of this.#peers) if (peer.seen < limit) this.#lost(socket, 'no sign of life')
  }

  #changed(): void {
    const waiting = this.#onChange
    if (waiting.length === 0) return
    this.#onChange = []
    for (const resolve of waiting) resolve()
  }
}

function send(peer: WorkerPeer, message: HandlerMessage): void {
  peer.send(encodeMessage(message))
}

function addCounts(totals: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
}
