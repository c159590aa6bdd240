import { askService } from './ask-service.ts'
import type { FilterContext, Verdict } from './filter.ts'

/** A service says whether an item is delivered; it is not shown the content. Rejects with FilterError (GRIP 4.7). */
export async function httpCheck(context: FilterContext, content: Buffer): Promise<Verdict> {
  const answer = await askService(context, NO_BODY, 0)
  return answer === 'drop' ? 'drop' : content
}

const NO_BODY: Buffer = Buffer.alloc(0)
