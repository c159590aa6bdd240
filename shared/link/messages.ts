import type { SessionCall } from './session-calls.ts'
import type { StatsMessage, Watched } from './stats-message.ts'

/**
 * What workers and the handler say to each other, each message in a frame of its own. It is JSON, except for items (item-codec.ts), which
 * carry content as it is and are told by their first byte.
 *
 * A worker says `hello` whenever the link comes up; from then on its subscriptions are what it said, changed by each
 * `subscribe` and `unsubscribe`. The handler confirms a `subscribe` before it sends any item published after it, which is what makes
 * a hold live before its client can know of it. The worker returns the size of the items it has delivered, so that the
 * handler can bound what is on the way.
 */
export type WorkerMessage =
  | {
      readonly type: 'hello'
      readonly request: number
      readonly worker: number
      readonly pid: number
      readonly channels: readonly string[]
    }
  | { readonly type: 'subscribe'; readonly request: number; readonly channels: readonly string[] }
  | { readonly type: 'unsubscribe'; readonly channels: readonly string[] }
  /** What was sent last on these channels does not count any more: their backends are being asked anew (GRIP 6.4). */
  | { readonly type: 'forget'; readonly channels: readonly string[] }
  /** Publishes the items sent since the last one. A worker sends items only for its doors' clients. */
  | { readonly type: 'publish'; readonly request: number }
  | { readonly type: 'delivered'; readonly bytes: number }
  /** Whether so many deliveries wait for their turn that publishers are to be refused (GRIP 6.8). */
  | { readonly type: 'full'; readonly isFull: boolean }
  | {
      readonly type: 'alive'
      readonly held: number
      readonly lag: number
      readonly counts: Readonly<Record<string, number>>
    }
  | { readonly type: 'reply'; readonly request: number; readonly value: unknown }
  /** Request 0 wants no answer. */
  | { readonly type: 'session'; readonly request: number; readonly call: SessionCall }
  | StatsMessage

export type HandlerMessage =
  /**
   * Answers `hello` and `subscribe`: items published from here on are sent. `lastIds` has the ids of the items sent last; `first` the
   * channels that had no subscriber before, if their holds are to ask for what publishers may have sent too early (GRIP 6.4).
   */
  | {
      readonly type: 'subscribed'
      readonly request: number
      readonly lastIds: readonly (readonly [channel: string, id: string])[]
      readonly first: readonly string[]
    }
  | { readonly type: 'command'; readonly request: number; readonly command: WorkerCommand }
  | { readonly type: 'recover' }
  /** Answers `publish`: not taken when too much waits to be delivered. */
  | { readonly type: 'published'; readonly request: number; readonly taken: boolean }
  | { readonly type: 'session'; readonly request: number; readonly value: unknown }
  /** Somebody reads these stats packets, or no more: all that there is of them is to be told once, then what changes. */
  | { readonly type: 'watch'; readonly watched: Watched }

/** Each worker replies with the ids, among those asked for, that it has done something for (GRIP 5.4). */
export type WorkerCommand =
  | { readonly method: 'conncheck'; readonly ids: readonly string[] }
  /** Of one connection, or of all on a channel. */
  | { readonly method: 'refresh'; readonly id: string }
  | { readonly method: 'refresh'; readonly channel: string }

/** First byte of a frame that holds a JSON message; an item's frame starts with ITEM_FRAME. */
const JSON_FRAME = 0x7b // '{', the message itself

export const ITEM_FRAME = 0x49 // 'I'

export function encodeMessage(message: WorkerMessage | HandlerMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}

export function isItem(frame: Buffer): boolean {
  return frame[0] === ITEM_FRAME
}

/** @throws Error when the frame is not a message; both ends are ours, so that means a foreign process on the socket. */
export function decodeMessage(frame: Buffer): WorkerMessage | HandlerMessage {
  if (frame[0] !== JSON_FRAME) throw new Error('not a link message')
  return JSON.parse(frame.toString()) as WorkerMessage | HandlerMessage
}
