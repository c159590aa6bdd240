import type { RawHeaders } from '../forward/raw-headers.ts'

/** What filters may look at: the connection, the item, and the services that the backend names (GRIP 4.7). */
export interface FilterContext {
  /** Set by the backend for this connection. */
  readonly subMeta: Readonly<Record<string, string>>
  /** Of the published item; the same object for every connection, so that what is made of it can be kept. */
  readonly pubMeta: Readonly<Record<string, string>>
  /** All channels of the connection, without the route's prefix, with their current last id. */
  readonly prevIds: ReadonlyMap<string, string | undefined>
  readonly post: Post
}

/**
 * POSTs to `url`, which may be relative to the URI of the connection; `filterUrl` resolves it. Rejects with a FilterError, or with an
 * Error whose message is the condition, such as `connection refused`.
 */
export type Post = (url: string, headers: RawHeaders, body: Buffer, bodyLimit: number) => Promise<PostAnswer>

export interface PostAnswer {
  readonly code: number
  readonly headers: RawHeaders
  /** Undefined when it has more than `bodyLimit` bytes; nobody wants the rest then. */
  readonly body: Buffer | undefined
}

/** What becomes of an item for one connection. */
export type FilterResult =
  | { readonly action: 'send'; readonly content: Buffer }
  | { readonly action: 'drop' }
  /** The item is dropped. The message is for the operator; it may quote a channel, a variable or a byte of the content. */
  | { readonly action: 'error'; readonly message: string }

/** What a filter makes of an item: its content, the same or another, or `drop`. Throws, or rejects with, FilterError. */
export type MessageFilter = (context: FilterContext, content: Buffer) => Verdict | Promise<Verdict>

export type Verdict = Buffer | 'drop'

/** A filter cannot do its work with what backend and publisher gave it. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
}
