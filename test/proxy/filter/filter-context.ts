import type { FilterContext, Post, PostAnswer } from '../../../proxy/filter/filter.ts'

/** A connection without metadata and channels, that asks nobody, but for what is given. */
export function filterContext(given: Partial<FilterContext> = {}): FilterContext {
  return { subMeta: {}, pubMeta: {}, prevIds: new Map(), post: () => Promise.reject(new Error('not asked')), ...given }
}

/** What a service was asked. */
export interface Asked {
  readonly url: string
  readonly headers: readonly string[]
  readonly body: string
  readonly bodyLimit: number
}

/** A service that answers in turn, or fails with an Error, and remembers what it was asked. */
export function service(...answers: (Partial<PostAnswer> | Error)[]): { readonly post: Post; readonly asked: Asked[] } {
  const asked: Asked[] = []
  return {
    asked,
    async post(url, headers, body, bodyLimit) {
      asked.push({ url, headers, body: body.toString('latin1'), bodyLimit })
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return { code: 200, headers: [], body: Buffer.alloc(0), ...answer }
    },
  }
}
