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
    if (rel === 'next') nextLink = { uri, timeout: nextLinkTimeout(timeoutParam(params, 'Grip-Link')) }
    if (rel === 'gone') goneLink = { uri }
  }
  return { nextLink, goneLink }
}

function linkUri(bracketed: string): string {
  if (!bracketed.startsWith('<') || !bracketed.endsWith('>')) throw new InstructError('failed to parse Grip-Link value')
  const uri = bracketed.slice(1, -1).trim()
  if (uri === '' || !URL.canParse(uri, 'http://request.invalid/')) {
    throw new InstructError('Grip-Link contains invalid link')
  }
  return uri
}
