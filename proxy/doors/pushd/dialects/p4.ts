import { fromItem } from '../../bus-item.ts'
import { withArguments } from '../commands/command.ts'
import type { Command } from '../commands/command.ts'
import { failures } from '../commands/replies.ts'
import type { Reply } from '../commands/replies.ts'
import type { CommandReader, Dialect, Unreadable } from './dialect.ts'
import { FrameReader } from './frame-reader.ts'
import { NOTHING } from './message.ts'
import type { Facts } from './message.ts'

/** The name of a message's frame. */
const RECEIVE = 'RCIV'

/** What a message that has no name for its sender says instead. */
const NO_SENDER = '-'

/** Frames with a name and a body, each behind its length. */
export function p4(facts: Facts): Dialect {
  return {
    reader: (max) => new P4Reader(max),
    reply: (name, reply) => frame(name, Buffer.from(bodyOf(reply))),
    render: (item) => {
      const message = fromItem(item)
      if (message === undefined) return NOTHING
      const stamp = facts.stampOf(item)
      const sender = oneWord(message.sender ?? NO_SENDER)
      const head = `0 ${facts.channelOf(item)} ${sender} ${stamp} ${oneWord(item.id ?? String(stamp))} `
      return frame(RECEIVE, Buffer.concat([Buffer.from(head), message.content]))
    },
  }
}

function bodyOf({ text, p4: own = text, code }: Reply): string {
  return code === undefined ? own : `${code} ${own}`
}

function oneWord(text: string): string {
  return text.replaceAll(/\s/g, '_') || NO_SENDER
}

function frame(name: string, body: Buffer): Buffer {
  const nameBytes = Buffer.from(name)
  const head = Buffer.allocUnsafe(8)
  head.writeUInt32BE(4 + nameBytes.length + (body.length > 0 ? 4 + body.length : 0), 0)
  head.writeUInt32BE(nameBytes.length, 4)
  if (body.length === 0) return Buffer.concat([head, nameBytes])
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([head, nameBytes, length, body])
}

/** The commands that go without a token, when the others have to begin with one. */
const WITHOUT_TOKEN = new Set(['ping', 'auth_client', 'auth_server', 'setuuid'])

class P4Reader implements CommandReader {
  readonly #frames: FrameReader
  readonly isWaiting = false
  /** Once a client has named it, what it sends begins with it. */
  #token: Buffer | undefined

  constructor(max: number) {
    this.#frames = new FrameReader(max)
  }

  push(bytes: Buffer): void {
    this.#frames.push(bytes)
  }

  flush(): void {}

  next(): Command | Unreadable | undefined {
    const content = this.#frames.next()
    if (content === undefined || content === 'broken') return content
    const parts = split(content)
    if (parts === undefined) return 'broken'
    const { name, body } = parts
    if (name === 'setuuid') {
      const command = withArguments(name, body)
      if (command.rest !== undefined && command.first !== '') this.#token = Buffer.from(`${command.first} `)
      return command
    }
    if (this.#token === undefined || WITHOUT_TOKEN.has(name)) return argumentsOf(name, body)
    // A command without arguments has no space behind the token.
    const rest = body.length + 1 === this.#token.length ? Buffer.concat([body, SPACE]) : body
    if (!rest.subarray(0, this.#token.length).equals(this.#token)) {
      return { name, first: undefined, rest: undefined, refusal: failures.wrongToken }
    }
    return argumentsOf(name, rest.subarray(this.#token.length))
  }
}

const SPACE = Buffer.from(' ')

function argumentsOf(name: string, body: Buffer): Command {
  return body.length === 0 ? { name, first: undefined, rest: undefined } : withArguments(name, body)
}

/** Name and body; undefined when their lengths do not come to the frame's. */
function split(content: Buffer): { readonly name: string; readonly body: Buffer } | undefined {
  if (content.length < 4) return undefined
  const nameEnd = 4 + content.readUInt32BE(0)
  if (nameEnd === 4 || nameEnd > content.length) return undefined
  const name = content.toString('utf8', 4, nameEnd)
  if (nameEnd === content.length) return { name, body: NOTHING }
  if (content.length < nameEnd + 4) return undefined
  const body = content.subarray(nameEnd + 4)
  return body.length === content.readUInt32BE(nameEnd) ? { name, body } : undefined
}
