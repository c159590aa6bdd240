import { isWireText, toWire } from '../../shared/grip/wire-text.ts'
import { type RawHeaders, pairs } from '../forward/raw-headers.ts'
import { type FilterContext, FilterError, type PostAnswer } from './filter.ts'
import { filterUrl } from './filter-url.ts'

/** What can go wrong with a request, in the words of GRIP 4.7. */
const conditions: ReadonlySet<string> = new Set([
  'connection refused',
  'connection timed out',
  'tls error',
  'disconnected',
  'request timed out',
])

/** Asks the service at the connection's `url` about an item. @returns its answer, or `drop`; rejects with FilterError (GRIP 4.7). */
export async function askService(
  context: FilterContext,
  body: Buffer,
  bodyLimit: number,
): Promise<PostAnswer | 'drop'> {
  const url = context.subMeta['url'] ?? ''
  if (url === '') throw new FilterError('missing url value')
  // Any base will do to see whether it can be resolved.
  if (filterUrl(url, 'http://localhost/') === undefined) throw new FilterError('invalid url value')
  const answer = await post(context, url, body, bodyLimit)
  if (answer.code !== 200 && answer.code !== 204) {
    throw new FilterError(`unexpected network request status: code=${answer.code}`)
  }
  return isDrop(answer.headers) ? 'drop' : answer
}

async function post(context: FilterContext, url: string, body: Buffer, bodyLimit: number): Promise<PostAnswer> {
  try {
    return await context.post(url, requestHeaders(context), body, bodyLimit)
  } catch (error) {
    if (error instanceof FilterError) throw error
    const condition = error instanceof Error && conditions.has(error.message) ? error.message : 'general error'
    throw new FilterError(`network request failed: ${condition}`)
  }
}

function requestHeaders({ subMeta, pubMeta, prevIds }: FilterContext): RawHeaders {
  const headers = ['Sub-Meta', asciiJson(subMeta), 'Pub-Meta', asciiJson(pubMeta)]
  for (const [channel, id] of prevIds) {
    if (id === undefined) continue
    const last = toWire(`${channel}; last-id=${id}`)
    // Channels and ids may be any text; what has a line feed cannot be said in a header.
    if (isWireText(last)) headers.push('Grip-Last', last)
  }
  return headers
}

/** JSON without a byte that a header may not have, or that its reader could take for Latin-1. */
function asciiJson(meta: Readonly<Record<string, string>>): string {
  return JSON.stringify(meta).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The first `Action` counts, and only in lower case. */
function isDrop(headers: RawHeaders): boolean {
  return pairs(headers).find(([name]) => name.toLowerCase() === 'action')?.[1] === 'drop'
}
