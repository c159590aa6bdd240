import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import { lingerIfUnread } from '../accept/linger.ts'
import { writeHead } from './write-head.ts'

/** Sends a whole response that the gateway has in memory. The connection can be used again (GRIP 3.3, 4.3). */
export function sendResponse(exchange: Exchange, { code, reason, headers, body }: InstructResponse): void {
  if (exchange.over) return
  const { res } = exchange
  const bodiless = code < 200 || code === 204 || code === 304
  const length = bodiless ? [] : ['Content-Length', String(body.length)]
  lingerIfUnread(res)
  exchange.sent = bodiless ? 0 : body.length
  writeHead(res, finalCode(code), reason, [...flatten(headers), ...length])
  res.end(bodiless ? undefined : body)
}

/** A status below 200 would leave the client waiting for the response proper. */
export function finalCode(code: number): number {
  return code < 200 ? 200 : code
}

/** Settled between gateway and client, whatever a backend or publisher says (RFC 9110 7.6.1); the length is counted anew. */
const CONNECTION_HEADER =
  /^(?:connection|keep-alive|proxy-connection|transfer-encoding|content-length|trailer|te|upgrade)$/i

/** For node:http, without the headers that are the connection's own. */
export function flatten(headers: HeaderList): string[] {
  const flat: string[] = []
  for (const [name, value] of headers) if (!CONNECTION_HEADER.test(name)) flat.push(name, value)
  return flat
}
