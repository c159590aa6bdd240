import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'
import type { Command } from '../commands/command.ts'
import type { Reply } from '../commands/replies.ts'

/** How commands, replies and messages are written. */
export interface Dialect {
  /** @param max bytes of a command. */
  reader(max: number): CommandReader
  /** @param name of the command that is answered. */
  reply(name: string, reply: Reply): Buffer
  /** A message for all clients of the dialect; nothing for an item that says nothing. */
  readonly render: (item: PublishItem) => Buffer
}

/** `too long`: the command is left out, and the next one can be read; `broken`: nothing can. */
export type Unreadable = 'too long' | 'broken'

/** Turns what a client sends into commands, which are taken one by one: the next one may have to wait for the answer to the one before. */
export interface CommandReader {
  push(bytes: Buffer): void
  /** Undefined until more has come. */
  next(): Command | Unreadable | undefined
  /** There is the beginning of a command that could be its end, too. */
  readonly isWaiting: boolean
  /** It is. */
  flush(): void
}

/** What clients of different dialects are told apart by. */
export interface Dialects {
  /** Of those that send text. */
  readonly text: Dialect
  readonly p3: Dialect
  readonly p4: Dialect
}

/**
 * Text begins with anything but a zero; a length does, since no frame has 16 MiB. What follows it is a command's name in p3, and in p4 the length of one.
 * @returns undefined until enough has come.
 */
export function dialectOf(bytes: Buffer, { text, p3, p4 }: Dialects): Dialect | undefined {
  if (bytes.length > 0 && bytes[0] !== 0) return text
  if (bytes.length < 5) return undefined
  return bytes[4] === 0 ? p4 : p3
}
