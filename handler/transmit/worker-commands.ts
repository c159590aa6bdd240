import { encodeMessage } from '../../shared/link/messages.ts'
import type { WorkerCommand } from '../../shared/link/messages.ts'
import type { WorkerPeer } from './worker-peer.ts'

/** Milliseconds. */
const TIMEOUT = 10_000

interface Pending {
  readonly waitingFor: Set<WorkerPeer>
  readonly values: unknown[]
  readonly finish: (error?: Error) => void
}

/** Asks all workers something, and puts their answers together. */
export class WorkerCommands {
  readonly #pending = new Map<number, Pending>()
  #last = 0

  /** Rejects after 10 s without all answers; a worker that ends meanwhile has none. */
  ask(peers: Iterable<WorkerPeer>, command: WorkerCommand): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const request = ++this.#last
      const timer = setTimeout(() => pending.finish(new Error('workers did not answer')), TIMEOUT)
      const pending: Pending = {
        waitingFor: new Set(peers),
        values: [],
        finish: (error) => {
          clearTimeout(timer)
          this.#pending.delete(request)
          if (error === undefined) resolve(pending.values.flat() as string[])
          else reject(error)
        },
      }
      this.#pending.set(request, pending)
      const frame = encodeMessage({ type: 'command', request, command })
      for (const peer of pending.waitingFor) peer.send(frame)
      if (pending.waitingFor.size === 0) pending.finish()
    })
  }

  reply(peer: WorkerPeer, request: number, value: unknown): void {
    const pending = this.#pending.get(request)
    if (pending === undefined || !pending.waitingFor.delete(peer)) return
    pending.values.push(value)
    if (pending.waitingFor.size === 0) pending.finish()
  }

  gone(peer: WorkerPeer): void {
    for (const request of this.#pending.keys()) this.reply(peer, request, [])
  }
}
