import type { HeaderList } from '../item/publish-item.ts'
import { listElements, paramValue } from '../list-header.ts'
import { InstructError } from './instruct-error.ts'
import type { Instruct } from './instruct.ts'
import { nextLinkTimeout, timeoutParam } from './timeouts.ts'

/** `Grip-Link`: the last link of each kind, with its URI as written. Throws InstructError (GRIP 3.1). */
export function linkHeaders(headers: HeaderList): Pick<Instruct, 'nextLink' | 'goneLink'> {
  let nextLink: Instruct['nextLink']
  let goneLink: Instruct['goneLink']
  for (const { first, params } of listElements(headers, 'grip-link')) {
    if (params.length === 0) continue
    const uri = linkUri(first)
    const rel = paramValue(params, 'rel')
    if (rel === 'next') nextLink = { uri: httpLink(uri), timeout: nextLinkTimeout(timeoutParam(params, 'Grip-Link')) }
    if (rel === 'gone') goneLink = { uri: httpLink(uri) }
  }
  return { nextLink, goneLink }
}

function linkUri(bracketed: string): string {
  if (!bracketed.startsWith('<') || !bracketed.endsWith('>')) throw new InstructError('failed to parse Grip-Link value')
  const uri = bracketed.slice(1, -1).trim()
  if (uri === '' || !bases.every((base) => URL.canParse(uri, base))) throw invalidLink()
  return uri
}

/** What a link is relative to has one of these schemes; `http:` alone can be read with one of them only. */
const bases = ['http://request.invalid/', 'https://request.invalid/']

/** Throws InstructError for a link that nothing can be fetched from. */
function httpLink(uri: string): string {
  const { protocol } = new URL(uri, bases[0])
  if (protocol !== 'http:' && protocol !== 'https:') throw invalidLink()
  return uri
}

function invalidLink(): InstructError {
  return new InstructError('Grip-Link contains invalid link')
}
