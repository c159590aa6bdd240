import { filterUrl } from '../filter/filter-url.ts'
import type { Post, PostAnswer } from '../filter/filter.ts'
import { HttpFilterQueue } from '../filter/http-filter-queue.ts'
import type { InternalRequests, OnBehalfOf } from '../forward/internal-requests.ts'
import type { ResponseSink } from '../forward/origin-response.ts'
import { requestUrl } from '../forward/request-url.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'

/** Milliseconds from the request to the end of the answer. */
const TIMEOUT = 10_000

/** Makes the requests of HTTP filters (GRIP 4.7), for all holds of a worker. */
export class FilterPosts {
  readonly #requests: InternalRequests
  readonly #queue: HttpFilterQueue

  /** @param perSecond requests. */
  constructor(requests: InternalRequests, perSecond: number) {
    this.#requests = requests
    this.#queue = new HttpFilterQueue(perSecond)
  }

  /** @param isWanted false once the connection has gone. */
  of(behalf: OnBehalfOf, isWanted: () => boolean): Post {
    return (text, headers, body, bodyLimit) => {
      const url = filterUrl(text, requestUrl(behalf.facts).href)
      if (url === undefined) return Promise.reject(new Error('general error'))
      const post = (): Promise<PostAnswer> => this.#post(url, behalf, headers, body, bodyLimit)
      return this.#queue.run(url.href, post, isWanted)
    }
  }

  #post(uri: URL, behalf: OnBehalfOf, own: RawHeaders, body: Buffer, bodyLimit: number): Promise<PostAnswer> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const finish = (result: PostAnswer | Error): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      const timer = setTimeout(() => {
        finish(new Error('request timed out'))
        abort()
      }, TIMEOUT)
      const headers = [...own, 'Content-Length', String(body.length)]
      const abort = this.#requests.send({ method: 'POST', uri, headers, body }, behalf, {
        isOver: () => isOver,
        onHead: (head, flow) =>
          collect(bodyLimit, (content) => {
            if (content instanceof Error) finish(content)
            else finish({ code: head.code, headers: head.headers, body: content })
            // Last: it may come back here as a failure.
            if (content === undefined) flow.abort()
          }),
        onFailure: (cause) => finish(new Error(conditionOf(cause))),
      })
    })
  }
}

/** @param onWhole given the body, or undefined as soon as it is larger than `limit`, or an error when it breaks off. */
function collect(limit: number, onWhole: (body: Buffer | undefined | Error) => void): ResponseSink {
  const chunks: Buffer[] = []
  let size = 0
  return {
    data: (chunk) => {
      size += chunk.length
      if (size > limit) onWhole(undefined)
      else chunks.push(chunk)
    },
    end: () => onWhole(Buffer.concat(chunks)),
    fail: () => onWhole(new Error('disconnected')),
  }
}

/** In the words of GRIP 4.7. */
function conditionOf({ code = '' }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'connection timed out'
  if (/^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(code)) return 'tls error'
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') return 'disconnected'
  return 'general error'
}
