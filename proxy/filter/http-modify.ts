import { askService } from './ask-service.ts'
import { type FilterContext, FilterError, type Verdict } from './filter.ts'

/** Bytes of a content that comes from a service. */
const CONTENT_LIMIT = 100_000

/** A service is shown the content and may replace it, or drop the item. Rejects with FilterError (GRIP 4.7). */
export async function httpModify(context: FilterContext, content: Buffer): Promise<Verdict> {
  const answer = await askService(context, content, CONTENT_LIMIT)
  if (answer === 'drop') return 'drop'
  if (answer.code === 204) return content
  if (answer.body === undefined) throw new FilterError(`network response exceeded ${CONTENT_LIMIT} bytes`)
  return answer.body
}
