import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import { lingerIfUnread } from '../accept/linger.ts'
import { corsHeaders } from '../cross-origin/cors.ts'
import { relayedScript } from '../cross-origin/whole-script.ts'
import { writeHead } from './write-head.ts'

/**
 * Sends a whole response that the gateway has in memory. The connection can be used again (GRIP 3.3, 4.3).
 * @param toScript how it is written for JSON-P.
 */
export function sendResponse(exchange: Exchange, response: InstructResponse, toScript = relayedScript): void {
  const { crossOrigin, req } = exchange
  if (crossOrigin === undefined) sendAsItIs(exchange, response)
  else if (crossOrigin.jsonp !== undefined) sendAsItIs(exchange, toScript(crossOrigin.jsonp, response))
  else sendAsItIs(exchange, response, corsHeaders(req, flatten(response.headers)))
}

/** @param added further headers, names and values in turn. */
export function sendAsItIs(exchange: Exchange, response: InstructResponse, added: readonly string[] = []): void {
  if (exchange.over) return
  const { res, facts } = exchange
  const { code, reason } = finalStatus(response)
  const bodiless = code === 204 || code === 304
  const length = bodiless ? [] : ['Content-Length', String(response.body.length)]
  if (!bodiless) exchange.countSent(response.body.length)
  lingerIfUnread(res)
  writeHead(res, code, reason, [...flatten(response.headers), ...added, ...length])
  facts.traffic.clientResponse(res)
  res.end(bodiless ? undefined : response.body)
}

/** A status below 200 would leave the client waiting for the response proper: it becomes 200. */
export function finalStatus({ code, reason }: { code: number; reason: string }): { code: number; reason: string } {
  return code < 200 ? { code: 200, reason: 'OK' } : { code, reason }
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
