import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

/** One end of a connection within the process. */
class MemorySocket extends Duplex {
  remoteAddress: string | undefined
  other: MemorySocket | undefined
  #onRead: (() => void) | undefined

  override _read(): void {
    const onRead = this.#onRead
    this.#onRead = undefined
    onRead?.()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { other } = this
    if (other === undefined || other.push(bytes)) done()
    else other.#onRead = done
  }

  override _final(done: () => void): void {
    this.other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.other?.destroy()
    done(error)
  }

  // There is nothing to wait for that could be late.
  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  destroySoon(): void {
    this.end(() => this.destroy())
  }
}

/**
 * The two ends of a new connection, for what is written for sockets.
 *
 * @param remoteAddress whom the first end has for its peer
 */
export function memorySockets(remoteAddress?: string): [Socket, Socket] {
  const ends = [new MemorySocket(), new MemorySocket()] as const
  ends[0].remoteAddress = remoteAddress
  ends[0].other = ends[1]
  ends[1].other = ends[0]
  return ends as unknown as [Socket, Socket]
}
