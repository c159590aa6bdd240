import { STATUS_CODES } from 'node:http'
import type { ErrorAnswer } from '../../accept/errors.ts'
import type { Exchange } from '../../accept/exchange.ts'
import { lingerIfUnread } from '../../accept/linger.ts'
import type { RawHeaders } from '../../forward/raw-headers.ts'
import { writeHead } from '../../send/write-head.ts'

/** What stands in every response, behind what is particular to it (GRIP 8.1). A WebSocket's handshake has no use for it. */
export function commonHeaders({ isWebSocket, req }: Exchange): RawHeaders {
  if (isWebSocket) return []
  return [
    'Cache-Control',
    'no-store, no-cache, must-revalidate, max-age=0',
    'Access-Control-Allow-Origin',
    req.headers.origin || '*',
    'Access-Control-Allow-Credentials',
    'true',
  ]
}

export const TEXT: RawHeaders = ['Content-Type', 'text/plain']

/** A whole response. */
export function answer(exchange: Exchange, code: number, headers: RawHeaders, text: string): void {
  if (exchange.over) return
  const { res } = exchange
  const body = Buffer.from(text)
  const hasBody = code !== 204 && code !== 304
  lingerIfUnread(res)
  exchange.sent = body.length
  const length = hasBody ? ['Content-Length', String(body.length)] : []
  writeHead(res, code, STATUS_CODES[code] ?? '', [...headers, ...commonHeaders(exchange), ...length])
  res.end(hasBody ? body : undefined)
}

/** One line of text, which for an error is its name. */
export function answerLine(exchange: Exchange, code: number, line = STATUS_CODES[code] ?? ''): void {
  answer(exchange, code, TEXT, `${line}\n`)
}

export function refuse(exchange: Exchange, { code, message, headers }: ErrorAnswer): void {
  answer(exchange, code, [...Object.entries(headers ?? {}).flat(), ...TEXT], `${message}\n`)
}
