import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { until } from '../../support/until.ts'

/** What a handler hears, one line a message. */
export class FakeHandler {
  readonly heard: string[] = []
  readonly #server: Server
  #worker: Socket | undefined

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.#worker = socket
      socket.on('data', (bytes) => this.#hear(bytes))
    }).listen(path)
  }

  async hears(count: number): Promise<void> {
    await until(
      () => this.heard.length >= count,
      () => `${count} messages: ${this.heard.join()}`,
    )
  }

  /** All in one write. */
  send(...frames: readonly Buffer[]): void {
    this.#worker?.write(Buffer.concat(frames.flatMap((frame) => [lengthOf(frame), frame])))
  }

  close(): void {
    this.#server.close()
    this.#worker?.destroy()
  }

  /** These messages are short, and come whole. */
  #hear(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const end = at + 4 + bytes.readUInt32BE(at)
      const message = JSON.parse(bytes.toString('utf8', at + 4, end)) as {
        type: string
        channels?: string[]
        bytes?: number
      }
      this.heard.push([message.type, message.channels?.join() ?? message.bytes].join(' ').trimEnd())
      at = end
    }
  }
}

function lengthOf(frame: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(frame.length)
  return length
}
