import { isUtf8 } from 'node:buffer'

/** What a client says. A field that is missing, or is not text, is empty. */
export interface ClientMessage {
  readonly type: string
  readonly channel: string
  readonly authorization: string
  /** Any JSON value; undefined when there is none. */
  readonly content: unknown
  /** The message as it came. */
  readonly text: string
}

const FIELDS: ReadonlySet<string> = new Set(['type', 'channel', 'authorization', 'content'])

/**
 * Reads a message, of a text frame or a binary one. Keys are the same in upper and lower case. Undefined for what is no JSON object in UTF-8, and for one that
 * has a field twice in different cases: it is passed on as it is, and its readers could take it for another channel's.
 */
export function readMessage(bytes: Buffer): ClientMessage | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = new Map<string, unknown>()
  for (const [key, field] of Object.entries(value)) {
    const name = key.toLowerCase()
    if (!FIELDS.has(name)) continue
    if (fields.has(name)) return undefined
    fields.set(name, field)
  }
  const textOf = (name: string): string => {
    const field = fields.get(name)
    return typeof field === 'string' ? field : ''
  }
  return {
    type: textOf('type'),
    channel: textOf('channel'),
    authorization: textOf('authorization'),
    content: fields.get('content'),
    text,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
