import type { IncomingMessage } from 'node:http'
import { isGripHeader } from '../../shared/grip/instruct/grip-response.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'

const METHODS = 'OPTIONS, HEAD, GET, POST, PUT, DELETE'

/** What a page may read without being told so. */
const SIMPLE = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
])

/** Without one of these, a browser keeps no response for later. */
const KEPT_BY_CACHES = ['cache-control', 'expires', 'last-modified', 'etag']

/**
 * The headers that let pages of any origin read a response, in the order of GRIP 8.3. What the backend has said itself is not said again.
 *
 * `Vary` is none of them, but a browser that kept the response for one origin would refuse it to a page of another. So it is
 * added, as the last one, where there is something to keep.
 *
 * @param response the headers they are added to, names and values in turn.
 */
export function corsHeaders({ headers: request }: IncomingMessage, response: readonly string[]): RawHeaders {
  const names = new Set<string>()
  const exposed: string[] = []
  let varies = ''
  for (let i = 0; i < response.length; i += 2) {
    const name = response[i] as string
    const lower = name.toLowerCase()
    if (lower === 'vary') varies += `,${response[i + 1]}`
    if (!names.has(lower) && isExposed(lower)) exposed.push(name)
    names.add(lower)
  }
  const added: RawHeaders = []
  const add = (name: string, value: string): void => {
    if (value !== '' && !names.has(name.toLowerCase())) added.push(name, value)
  }
  add('Access-Control-Allow-Methods', request['access-control-request-method'] || METHODS)
  add('Access-Control-Allow-Headers', listOf(request['access-control-request-headers'] ?? '').join(', '))
  add('Access-Control-Expose-Headers', exposed.join(', '))
  add('Access-Control-Allow-Credentials', 'true')
  add('Access-Control-Allow-Origin', request.origin || '*')
  add('Access-Control-Max-Age', '3600')
  const isKept = KEPT_BY_CACHES.some((name) => names.has(name))
  const saysSo = listOf(varies.toLowerCase()).some((name) => name === 'origin' || name === '*')
  if (isKept && !saysSo && !names.has('access-control-allow-origin')) added.push('Vary', 'Origin')
  return added
}

function isExposed(lower: string): boolean {
  return !SIMPLE.has(lower) && !lower.startsWith('access-control-') && !isGripHeader(lower)
}

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
}
