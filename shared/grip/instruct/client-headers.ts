import type { HeaderList } from '../item/publish-item.ts'
import { headerValues, listElements } from '../list-header.ts'
import { isGripHeader } from './grip-response.ts'

/** The gateway frames the body itself, so it does not pass these on (GRIP 3.1). */
const framingHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'content-encoding',
  'transfer-encoding',
  'content-length',
])

/** The lower-case names of `Grip-Expose-Headers`; undefined exposes all (GRIP 3.1). */
export function exposedNames(headers: HeaderList): ReadonlySet<string> | undefined {
  if (headerValues(headers, 'grip-expose-headers').length === 0) return undefined
  return new Set(listElements(headers, 'grip-expose-headers').map(({ first }) => first.toLowerCase()))
}

/** What of a response's headers the client may see. */
export function clientHeaders(headers: HeaderList, exposed: ReadonlySet<string> | undefined): HeaderList {
  return headers.filter(([name]) => {
    const lowerCase = name.toLowerCase()
    return !isGripHeader(name) && !framingHeaders.has(lowerCase) && (exposed === undefined || exposed.has(lowerCase))
  })
}
