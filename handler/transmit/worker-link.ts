import { chmod } from 'node:fs/promises'
import { Router } from 'zeromq'
import { linkPath, isListening } from '../../shared/link/endpoint.ts'
import { decodeItem } from '../../shared/link/item-codec.ts'
import { decodeMessage, encodeMessage, isItem } from '../../shared/link/messages.ts'
import type { HandlerMessage, WorkerCommand, WorkerMessage } from '../../shared/link/messages.ts'
import type { StatsMessage, Watched } from '../../shared/link/stats-message.ts'
import { SendQueue } from '../../shared/link/send-queue.ts'
import type { SessionCall } from '../../shared/link/session-calls.ts'
import type { Log } from '../../shared/log.ts'
import type { Inbox } from '../receive/inbox.ts'
import type { LastIds } from '../sequence/last-ids.ts'
import type { ChannelTable } from '../subscriptions/channel-table.ts'
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

const COMMAND_TIMEOUT = 10_000

interface PendingCommand {
  readonly waitingFor: Set<string>
  readonly values: unknown[]
  readonly finish: (error?: Error) => void
}

export interface WorkerLinkOptions {
  readonly lastIds: LastIds
  /** Whether holds are told that theirs is the first subscription of a channel (GRIP 6.4). */
  readonly updateOnFirst: boolean
}

/** The handler's end of the link: knows the workers, keeps the channel table in step with what they say, sends them items. */
export class WorkerLink {
  readonly #socket = new Router({ mandatory: true, sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 })
  readonly #queue: SendQueue
  readonly #channels: ChannelTable
  readonly #options: WorkerLinkOptions
  readonly #log: Log
  readonly #peers = new Map<string, WorkerPeer>()
  readonly #commands = new Map<number, PendingCommand>()
  readonly #buriedCounts = new Map<string, number>()
  #lastCommand = 0
  #inbox: Pick<Inbox, 'publish'> | undefined
  #listener: WorkerListener | undefined
  #onChange: (() => void)[] = []
  #watch: NodeJS.Timeout | undefined
  #answerSession: (call: SessionCall) => Promise<unknown> = () => Promise.resolve(null)

  constructor(channels: ChannelTable, options: WorkerLinkOptions, log: Log) {
    this.#channels = channels
    this.#options = options
    this.#log = log
    this.#queue = new SendQueue(this.#socket, (address, error) => this.#lost(address, error.message))
  }

  listen(listener: WorkerListener): void {
    this.#listener = listener
  }

  /** Has all workers tell what somebody reads. */
  watch(watched: Watched): void {
    for (const { address } of this.#peers.values()) this.#send(address, { type: 'watch', watched })
  }

  /** @throws Error when another gateway uses the same socket file. */
  async start(rundir: string, ipcPrefix: string, fileMode: number | undefined): Promise<void> {
    const path = linkPath(rundir, ipcPrefix)
    if (await isListening(path)) {
      throw new Error(`${path}: another gateway is running with this rundir and ipc_prefix`)
    }
    await this.#socket.bind(`ipc://${path}`)
    if (fileMode !== undefined) await chmod(path, fileMode)
    this.#watch = setInterval(() => this.#bury(), 1000)
    void this.#receive()
  }

  /** What the clients of the workers' doors publish goes there. */
  publishTo(inbox: Pick<Inbox, 'publish'>): void {
    this.#inbox = inbox
  }

  close(): void {
    clearInterval(this.#watch)
    this.#socket.close()
  }

  /** From now on, this answers what workers ask of sessions; it must not reject. */
  answerSessions(answer: (call: SessionCall) => Promise<unknown>): void {
    this.#answerSession = answer
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
    for (const peer of this.#peers.values()) this.#send(peer.address, { type: 'recover' })
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
    return new Promise((resolve, reject) => {
      const request = ++this.#lastCommand
      const timer = setTimeout(() => pending.finish(new Error('workers did not answer')), COMMAND_TIMEOUT)
      const pending: PendingCommand = {
        waitingFor: new Set(this.#peers.keys()),
        values: [],
        finish: (error) => {
          clearTimeout(timer)
          this.#commands.delete(request)
          if (error === undefined) resolve(pending.values.flat() as string[])
          else reject(error)
        },
      }
      this.#commands.set(request, pending)
      for (const address of pending.waitingFor) this.#send(address, { type: 'command', request, command })
      if (pending.waitingFor.size === 0) pending.finish()
    })
  }

  #send(address: string, message: HandlerMessage): void {
    this.#queue.push(encodeMessage(message), address)
  }

  async #receive(): Promise<void> {
    for await (const [address, ...frames] of this.#socket) {
      if (address === undefined) continue
      for (const frame of frames) {
        try {
          if (isItem(frame)) this.#peers.get(address.toString())?.published.push(decodeItem(frame))
          else this.#take(address.toString(), decodeMessage(frame) as WorkerMessage)
        } catch (error) {
          this.#log.error(`link: ${(error as Error).stack}`)
        }
      }
    }
  }

  #take(address: string, message: WorkerMessage): void {
    if (message.type === 'hello') {
      this.#welcome(address, message)
      return
    }
    const peer = this.#peers.get(address)
    if (peer === undefined) {
      this.#send(address, { type: 'who' })
      return
    }
    peer.seen = performance.now()
    switch (message.type) {
      case 'subscribe':
        this.#confirm(address, message.request, message.channels, this.#channels.subscribe(peer, message.channels))
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
        this.#send(address, { type: 'published', request: message.request, taken })
        break
      }
      case 'delivered':
        peer.delivered(message.bytes)
        this.#changed()
        break
      case 'full':
        peer.isOverRate = message.isFull
        this.#changed()
        break
      case 'alive':
        peer.counts = message.counts
        peer.held = message.held
        peer.lag = message.lag
        break
      case 'stats':
        this.#listener?.stats(address, message)
        break
      case 'reply':
        this.#reply(address, message.request, message.value)
        break
      case 'session':
        void this.#session(address, message.request, message.call)
        break
    }
  }

  #welcome(address: string, hello: WorkerMessage & { type: 'hello' }): void {
    for (const peer of this.#peers.values()) {
      // The same worker greets again after a lost connection; another process with its number has taken its place.
      if (peer.index === hello.worker) this.#lost(peer.address, 'it or its successor greets anew')
    }
    const peer = new WorkerPeer(address, hello.worker, hello.pid, (frame) => this.#queue.push(frame, address))
    this.#peers.set(address, peer)
    this.#channels.subscribe(peer, hello.channels)
    // Its holds are not new: what they may have missed they ask for by themselves.
    this.#confirm(address, hello.request, hello.channels, [])
    if (this.#listener !== undefined) this.#send(address, { type: 'watch', watched: this.#listener.watched })
    this.#log.debug(`worker ${peer.index} (pid ${peer.pid}) subscribes ${hello.channels.length} channels`)
    this.#changed()
  }

  #confirm(address: string, request: number, channels: readonly string[], first: readonly string[]): void {
    const { lastIds, updateOnFirst } = this.#options
    this.#send(address, {
      type: 'subscribed',
      request,
      lastIds: lastIds.ofAll(channels),
      first: updateOnFirst ? first : [],
    })
  }

  #reply(address: string, request: number, value: unknown): void {
    const pending = this.#commands.get(request)
    if (pending === undefined || !pending.waitingFor.delete(address)) return
    pending.values.push(value)
    if (pending.waitingFor.size === 0) pending.finish()
  }

  async #session(address: string, request: number, call: SessionCall): Promise<void> {
    const value = await this.#answerSession(call)
    // The worker may have gone meanwhile.
    if (request !== 0 && this.#peers.has(address)) this.#send(address, { type: 'session', request, value })
  }

  #lost(address: string, reason: string): void {
    const peer = this.#peers.get(address)
    if (peer === undefined) return
    const undelivered = peer.waiting > 0 ? `, ${peer.waiting} messages waited for it` : ''
    this.#log.warn(`worker ${peer.index} (pid ${peer.pid}) is gone: ${reason}${undelivered}`)
    this.#remove(peer)
    this.#changed()
  }

  #remove(peer: WorkerPeer): void {
    this.#peers.delete(peer.address)
    this.#channels.unsubscribe(peer, [...peer.channels])
    addCounts(this.#buriedCounts, peer.counts)
    this.#listener?.gone(peer.address, peer.waiting)
    for (const [request, pending] of this.#commands) {
      if (pending.waitingFor.has(peer.address)) this.#reply(peer.address, request, [])
    }
  }

  #bury(): void {
    const limit = performance.now() - SILENCE_LIMIT
    for (const peer of this.#peers.values()) if (peer.seen < limit) this.#lost(peer.address, 'no sign of life')
  }

  #changed(): void {
    const waiting = this.#onChange
    if (waiting.length === 0) return
    this.#onChange = []
    for (const resolve of waiting) resolve()
  }
}

function addCounts(totals: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
}
