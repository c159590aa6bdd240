import type { Socket } from 'node:net'

const PIECE = Buffer.alloc(64 * 1024, 'x')

/** Bytes that are written as fast as the other side takes them, until there are so many or the connection ends. */
export class PieceWriter {
  readonly #socket: Socket
  readonly done: Promise<void>
  #written = 0

  constructor(socket: Socket, size: number) {
    this.#socket = socket
    this.done = this.#write(size)
  }

  /** Bytes that have left this process. */
  get taken(): number {
    return this.#written - this.#socket.writableLength
  }

  async #write(size: number): Promise<void> {
    const socket = this.#socket
    while (this.#written < size && !socket.destroyed) {
      const piece = PIECE.subarray(0, Math.min(PIECE.length, size - this.#written))
      this.#written += piece.length
      if (!socket.write(piece)) await drained(socket)
    }
  }
}

function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain) return Promise.resolve()
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle)
      socket.off('close', settle)
      resolve()
    }
    socket.on('drain', settle)
    socket.on('close', settle)
  })
}
