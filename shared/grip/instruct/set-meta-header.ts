import type { HeaderList } from '../item/publish-item.ts'
import { listElements, parseParam } from '../list-header.ts'
import { InstructError } from './instruct-error.ts'
import type { Instruct } from './instruct.ts'

/** `Grip-Set-Meta`; of each element only the first pair counts. Throws InstructError (GRIP 3.1). */
export function setMetaHeaders(headers: HeaderList): Instruct['meta'] {
  const meta: Record<string, string> = Object.create(null)
  for (const element of listElements(headers, 'grip-set-meta')) {
    const [name, value] = parseParam(element.first)
    if (name === '') throw new InstructError('Grip-Set-Meta cannot be empty')
    meta[name] = value
  }
  return meta
}
