import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorAnswer } from './errors.ts'
import { writeHead } from '../send/write-head.ts'
import { endAndLinger, lingerIfUnread } from './linger.ts'

/**
 * Answers a request with an error. Nothing may have been sent of the response before.
 * @param added further headers, names and values in turn.
 */
export function answerError(
  res: ServerResponse,
  error: ErrorAnswer,
  message = error.message,
  added: readonly string[] = [],
): void {
  if (error.close === true) res.shouldKeepAlive = false
  answerText(res, error.code, `${message}\n`, error.headers, added)
}

export function answerText(
  res: ServerResponse,
  code: number,
  body: string,
  headers?: ErrorAnswer['headers'],
  added: readonly string[] = [],
): void {
  lingerIfUnread(res)
  const length = String(Buffer.byteLength(body))
  writeHead(res, code, STATUS_CODES[code] ?? '', [
    ...Object.entries(headers ?? {}).flat(),
    'Content-Type',
    'text/plain',
    ...added,
    'Content-Length',
    length,
  ])
  res.end(body)
}

/** The same on a connection that has no request to answer, because none could be read; closes it. */
export function answerSocket(socket: Socket, error: ErrorAnswer): void {
  const body = `${error.message}\n`
  const headers = Object.entries(error.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
  endAndLinger(
    socket,
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code]}\r\n${headers.join('')}` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
