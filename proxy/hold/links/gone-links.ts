import type { InternalRequests, OnBehalfOf } from '../../forward/internal-requests.ts'
import type { ResponseSink } from '../../forward/origin-response.ts'
import { requestUrl } from '../../forward/request-url.ts'

/** Requests at a time: a worker's holds may all end at once. */
const MAX_AT_ONCE = 100

/** Announcements that wait for their turn. */
const MAX_WAITING = 100_000

/** Milliseconds an answer may take. */
const TIMEOUT = 60_000

interface Announcement {
  readonly uri: URL
  readonly behalf: OnBehalfOf
}

export interface GoneLinkEvents {
  /** For the access log. */
  requested(method: string, uri: string, code: number, bytes: number): void
  failed(uri: string, reason: string): void
}

/** Tells backends that a connection is not held any more: one POST each, not repeated (GRIP 3.7). */
export class GoneLinks {
  readonly #requests: InternalRequests
  readonly #events: GoneLinkEvents
  readonly #waiting: Announcement[] = []
  #running = 0

  constructor(requests: InternalRequests, events: GoneLinkEvents) {
    this.#requests = requests
    this.#events = events
  }

  /** @param link relative to the URI of the client's request. */
  announce(link: string, behalf: OnBehalfOf): void {
    const uri = new URL(link, requestUrl(behalf.facts))
    if (this.#running < MAX_AT_ONCE) this.#post({ uri, behalf })
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ uri, behalf })
    else this.#events.failed(uri.href, 'too many others wait')
  }

  #post({ uri, behalf }: Announcement): void {
    this.#running++
    let isOver = false
    const finish = (problem?: string): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      this.#running--
      if (problem !== undefined) this.#events.failed(uri.href, problem)
      const next = this.#waiting.shift()
      if (next !== undefined) this.#post(next)
    }
    const timer = setTimeout(() => {
      finish('no answer')
      abort()
    }, TIMEOUT)
    const request = { method: 'POST' as const, uri, headers: ['Content-Length', '0'], body: undefined }
    const abort = this.#requests.send(request, behalf, {
      isOver: () => isOver,
      onHead: ({ code }) =>
        answerSink(code, (problem, size) => {
          this.#events.requested('POST', uri.href, code, size)
          finish(problem)
        }),
      onFailure: (cause) => finish(cause.message),
    })
  }
}

/** The answer has to be a success without content. */
function answerSink(code: number, finish: (problem: string | undefined, size: number) => void): ResponseSink {
  let size = 0
  return {
    data: (chunk) => {
      size += chunk.length
    },
    end: () => {
      if (code < 200 || code > 299) finish(`code=${code}`, size)
      else finish(size > 0 ? 'the answer has content' : undefined, size)
    },
    fail: () => finish('disconnected', size),
  }
}
