import type { Instruct } from '../../shared/grip/instruct/instruct.ts'
import { responseContentFilter } from '../filter/response-content-filter.ts'
import type { BodyFilter } from '../filter/response-content-filter.ts'

/** What runs over the body that came with the instructions; undefined when nothing does. Throws FilterError (GRIP 4.7). */
export function bodyFilter({ channels, meta }: Instruct): BodyFilter | undefined {
  const prevIds = new Map(channels.map(({ name, prevId }) => [name, prevId]))
  return responseContentFilter(
    channels.map(({ filters }) => filters),
    { subMeta: meta, prevIds },
  )
}
