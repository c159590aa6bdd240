import type { ServerResponse } from 'node:http'
import type { Exchange } from '../accept/exchange.ts'
import { isUnread, lingerIfUnread } from '../accept/linger.ts'
import { corsHeaders } from '../cross-origin/cors.ts'
import { writeHead } from '../send/write-head.ts'
import type { Flow, ResponseHead, ResponseSink } from './origin-response.ts'
import { acceptsTrailers } from './request-headers.ts'
import { pairs } from './raw-headers.ts'
import type { RawHeaders } from './raw-headers.ts'
import { responseHeaders } from './response-headers.ts'

/** A backend's response on its way to the client: every byte is passed on when it comes, as fast as the client takes it. */
export class RelayedResponse implements ResponseSink {
  readonly #exchange: Exchange
  readonly #res: ServerResponse
  readonly #flow: Flow
  readonly #relaysTrailers: boolean

  constructor(exchange: Exchange, head: ResponseHead, flow: Flow) {
    const { req, res, facts } = exchange
    this.#exchange = exchange
    this.#res = res
    this.#flow = flow
    this.#relaysTrailers = canHaveTrailers(exchange, head) && acceptsTrailers(String(req.headers.te ?? ''))
    // A backend that refuses a body before it has come makes the rest of the connection useless.
    if (head.code >= 400 && isUnread(req)) res.shouldKeepAlive = false
    const headers = responseHeaders(head.code, head.headers, this.#relaysTrailers)
    if (exchange.crossOrigin !== undefined) headers.push(...corsHeaders(req, headers))
    writeHead(res, head.code, head.reason, headers)
    facts.traffic.clientResponse(res)
    this.#sendTogether()
  }

  data(chunk: Buffer): void {
    this.#exchange.countSent(chunk.length)
    if (this.#res.write(chunk)) return
    this.#flow.pause()
    this.#res.once('drain', () => this.#flow.resume())
  }

  end(trailers: RawHeaders): void {
    if (this.#relaysTrailers && trailers.length > 0) this.#res.addTrailers(pairs(trailers))
    lingerIfUnread(this.#res)
    // From Node 22 on, chunks that were written while corked would be sent behind the end of the body.
    if (this.#res.chunkedEncoding && this.#res.writableCorked > 0) this.#res.uncork()
    this.#res.end()
  }

  fail(): void {
    // Closing is the only way left to say that this is not the whole response.
    this.#res.destroy()
  }

  /** Head and what of the body came with it leave in one write; a head that comes alone is not kept back. */
  #sendTogether(): void {
    const res = this.#res
    res.cork()
    queueMicrotask(() => {
      if (res.destroyed) return
      if (!res.writableEnded) res.flushHeaders()
      res.uncork()
    })
  }
}

/** Only a chunked response has a place for them (RFC 9110 6.5.1); node:http throws at the announcement in any other. */
function canHaveTrailers({ req }: Exchange, { code, headers }: ResponseHead): boolean {
  if (req.httpVersionMinor === 0 || req.method === 'HEAD' || code === 204 || code === 304) return false
  return !headers.some((name, i) => i % 2 === 0 && name.length === 14 && name.toLowerCase() === 'content-length')
}
