import type { Identity } from '../state/identity.ts'
import type { PushdState } from '../state/pushd-state.ts'
import type { Reply } from './replies.ts'

/** What a client wants, split at its first two spaces. */
export interface Command {
  readonly name: string
  /** Undefined when there is no space, empty when there are two. */
  readonly first: string | undefined
  /** Everything behind the second space. */
  readonly rest: Buffer | undefined
  /** The answer to a command that must not be run. */
  readonly refusal?: Reply
}

/** A connection, as far as commands know it. */
export interface Caller {
  identity: Identity
  /** Names on the bus. */
  readonly channels: ReadonlySet<string>
  /** @returns whether the handler has confirmed it: only then the client may be told. */
  subscribe(channel: string): Promise<boolean>
  unsubscribe(channel: string): void
}

export type Run = (caller: Caller, command: Command, state: PushdState) => Reply | Promise<Reply>

const SPACE = 0x20

/** @param line without its end. */
export function parseCommand(line: Buffer): Command {
  const end = line.indexOf(SPACE)
  if (end === -1) return { name: line.toString(), first: undefined, rest: undefined }
  return withArguments(line.toString('utf8', 0, end), line.subarray(end + 1))
}

export function withArguments(name: string, text: Buffer): Command {
  const end = text.indexOf(SPACE)
  if (end === -1) return { name, first: text.toString(), rest: undefined }
  return { name, first: text.toString('utf8', 0, end), rest: text.subarray(end + 1) }
}
