import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/** A message as doors know it: bytes, and what they are. */
export interface BusMessage {
  readonly content: Buffer
  /** Media type of the content; text goes to WebSockets as text. */
  readonly contentType: string
  readonly sender?: string | undefined
  readonly verbatim?: PublishItem['verbatim']
}

/** The item that a door's message becomes on the bus: in every format, so that every kind of client gets it. */
export function toItem(channel: string, { content, contentType, sender, verbatim }: BusMessage): PublishItem {
  return {
    channel,
    id: undefined,
    prevId: undefined,
    noSeq: false,
    size: undefined,
    meta: { 'content-type': contentType, ...(sender === undefined ? {} : { sender }) },
    verbatim,
    httpResponse: {
      action: 'send',
      code: 200,
      reason: 'OK',
      headers: [['Content-Type', contentType]],
      body: content,
      bodyPatch: undefined,
      contentFilters: undefined,
    },
    httpStream: { action: 'send', content, contentFilters: undefined },
    wsMessage: { action: 'send', type: isText(contentType) ? 'text' : 'binary', content, contentFilters: undefined },
  }
}

/** What an item of the bus says to a door's clients; undefined when it says nothing, as one that only ends streams. */
export function fromItem({ meta, verbatim, wsMessage, httpStream, httpResponse }: PublishItem): BusMessage | undefined {
  const content = contentOf(wsMessage) ?? contentOf(httpStream) ?? bodyOf(httpResponse)
  if (content === undefined) return undefined
  const isBinary = wsMessage?.action === 'send' && wsMessage.type === 'binary'
  const declared = meta?.['content-type'] ?? typeOf(httpResponse)
  const fallback = isBinary ? 'application/octet-stream' : 'text/plain'
  return { content, contentType: declared ?? fallback, sender: meta?.['sender'], verbatim }
}

function isText(contentType: string): boolean {
  return /^text\/|[/+]json\b|[/+]xml\b/i.test(contentType)
}

/** Pings and the like say nothing outside of their connection. */
function contentOf(format: PublishItem['wsMessage'] | PublishItem['httpStream']): Buffer | undefined {
  if (format?.action !== 'send') return undefined
  return 'type' in format && format.type !== 'text' && format.type !== 'binary' ? undefined : format.content
}

function typeOf(format: PublishItem['httpResponse']): string | undefined {
  if (format?.action !== 'send') return undefined
  return format.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
}

function bodyOf(format: PublishItem['httpResponse']): Buffer | undefined {
  return format?.action === 'send' ? format.body : undefined
}
