import { parseCommand } from '../commands/command.ts'
import type { Command } from '../commands/command.ts'
import { fromItem } from '../../bus-item.ts'
import type { CommandReader, Dialect, Unreadable } from './dialect.ts'
import { FrameReader } from './frame-reader.ts'
import { withoutEnd } from './line-reader.ts'
import { NOTHING } from './message.ts'
import type { Facts } from './message.ts'

/** Commands, replies and messages of p2 without their marks, each behind its length. The texts of failures end in a line feed. */
export function p3(facts: Facts): Dialect {
  return {
    reader: (max) => new P3Reader(max),
    reply: (_name, { text, isFailure }) => frame(Buffer.from(isFailure && !text.endsWith('\n') ? `${text}\n` : text)),
    render: (item) => {
      const message = fromItem(item)
      if (message === undefined) return NOTHING
      return frame(Buffer.concat([message.content, Buffer.from(` ${facts.stampOf(item)}`)]))
    },
  }
}

function frame(content: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}

class P3Reader implements CommandReader {
  readonly #frames: FrameReader
  readonly isWaiting = false

  constructor(max: number) {
    this.#frames = new FrameReader(max)
  }

  push(bytes: Buffer): void {
    this.#frames.push(bytes)
  }

  flush(): void {}

  next(): Command | Unreadable | undefined {
    for (;;) {
      const content = this.#frames.next()
      if (content === undefined || content === 'broken') return content
      const command = withoutEnd(content)
      if (command.length > 0) return parseCommand(command)
    }
  }
}
