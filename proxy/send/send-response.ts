import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import { lingerIfUnread } from '../accept/linger.ts'

/** Sends a whole response that the gateway has in memory. The connection can be used again (GRIP 3.3, 4.3). */
export function sendResponse(exchange: Exchange, { code, reason, headers, body }: InstructResponse): void {
  if (exchange.over) return
  const { res } = exchange
  const bodiless = code < 200 || code === 204 || code === 304
  const length = bodiless ? [] : ['Content-Length', String(body.length)]
  res.sendDate = false
  lingerIfUnread(res)
  exchange.sent = bodiless ? 0 : body.length
  res.writeHead(finalCode(code), reason, [...flatten(headers), ...length])
  res.end(bodiless ? undefined : body)
}

/** A status below 200 would leave the client waiting for the response proper. */
export function finalCode(code: number): number {
  return code < 200 ? 200 : code
}

export function flatten(headers: HeaderList): string[] {
  const flat: string[] = []
  for (const [name, value] of headers) flat.push(name, value)
  return flat
}
