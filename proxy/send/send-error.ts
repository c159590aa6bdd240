import { STATUS_CODES } from 'node:http'
import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import { answerError } from '../accept/answer.ts'
import type { ErrorAnswer } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import { corsHeaders } from '../cross-origin/cors.ts'
import { relayedScript } from '../cross-origin/whole-script.ts'
import { sendAsItIs } from './send-response.ts'

/** Answers a routed request with an error; once the response has begun, the connection can only be cut. */
export function sendError(exchange: Exchange, error: ErrorAnswer, debugMessage = error.message): void {
  if (exchange.over) return
  const { req, res, facts, crossOrigin } = exchange
  if (res.headersSent) {
    res.destroy()
    return
  }
  const message = facts.debug ? debugMessage : error.message
  if (crossOrigin?.jsonp !== undefined) {
    sendAsItIs(exchange, relayedScript(crossOrigin.jsonp, textResponse(error.code, message)))
    return
  }
  exchange.countSent(Buffer.byteLength(message) + 1)
  answerError(res, error, message, crossOrigin === undefined ? [] : corsHeaders(req, []))
  facts.traffic.clientResponse(res)
}

function textResponse(code: number, message: string): InstructResponse {
  const body = Buffer.from(`${message}\n`)
  const headers = [['Content-Type', 'text/plain'] as const, ['Content-Length', String(body.length)] as const]
  return { code, reason: STATUS_CODES[code] ?? '', headers, body }
}
