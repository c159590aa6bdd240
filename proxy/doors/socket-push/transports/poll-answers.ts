import type { IncomingMessage, ServerResponse } from 'node:http'
import { scriptString } from '../rendering.ts'
import type { AnswerPoll } from './polling-session.ts'

/** `xhr-polling`: the packet as it is. */
export const answerWithPacket: AnswerPoll = (res, packet) => {
  answer(res, packet, 'text/plain; charset=UTF-8', crossOrigin(res.req))
}

/** `jsonp-polling`: a script that hands the packet to the page's transport of that number. */
export function answerWithScript(index: string): AnswerPoll {
  return (res, packet) =>
    answer(res, `io.JSONP[${index}]._(${scriptString(packet)});`, 'text/javascript; charset=UTF-8')
}

export function answer(
  res: ServerResponse,
  body: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = String(Buffer.byteLength(body))
  res.writeHead(200, { 'Content-Type': contentType, 'Content-Length': length, ...FIXED, ...headers })
  res.end(body)
}

const FIXED = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

/** Pages of all origins may connect: what they are allowed depends on the session id that they know. */
export function crossOrigin({ headers }: IncomingMessage): Record<string, string> {
  const { origin, cookie } = headers
  if (origin === undefined) return {}
  return {
    'Access-Control-Allow-Origin': origin === 'null' ? '*' : origin,
    ...(cookie === undefined ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
  }
}
