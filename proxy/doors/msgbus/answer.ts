import { ServerResponse } from 'node:http'
import { lingerIfUnread } from '../../accept/linger.ts'

/** What a client can get, besides files and messages. The old clients know the words of the first three. */
export const answers = {
  published: { code: 204, reason: 'OK' },
  unauthorized: {
    code: 401,
    reason: 'Unauthorized',
    headers: ['WWW-Authenticate', 'Basic realm="msgbus"'],
    body: '<h1>Unauthorized</h1>',
  },
  noType: {
    code: 400,
    reason: 'Bad Request',
    close: true,
    body: '<HTML><HEAD>\n<TITLE>400 Bad Request</TITLE>\n</HEAD><BODY>\n<H1>Bad Request</H1>\n<P>Content-Type is missing or longer than 255 characters</P>\n</BODY></HTML>\n',
  },
  badChannel: { code: 400, reason: 'Bad Request', body: '<h1>Not a channel name</h1>' },
  crossSite: { code: 403, reason: 'Forbidden', body: '<h1>Pages of other sites may not publish</h1>' },
  forbidden: { code: 403, reason: 'Forbidden', body: '<h1>Not your channel</h1>' },
  notFound: { code: 404, reason: 'Not Found', body: '<h1>Not Found</h1>' },
  notGet: { code: 405, reason: 'Method Not Allowed', headers: ['Allow', 'GET, HEAD'], body: '' },
  tooLarge: { code: 413, reason: 'Content Too Large', close: true, body: '<h1>Message too large</h1>' },
  notAMethod: { code: 501, reason: 'Not Implemented', body: '' },
  notTaken: {
    code: 503,
    reason: 'Service Unavailable',
    headers: ['Retry-After', '1'],
    body: '<h1>Not published, try again</h1>',
  },
} as const satisfies Readonly<Record<string, Answer>>

interface Answer {
  readonly code: number
  readonly reason: string
  /** Names and values in turn. */
  readonly headers?: readonly string[]
  readonly body?: string
  /** What follows on the connection is not looked at. */
  readonly close?: true
}

/** Answers in the version of the request: the old clients were tested with a server that does. */
export class VersionedResponse extends ServerResponse {
  /** Node's own step between `writeHead` and the bytes of the head; where it has another name, HTTP/1.0 clients are answered in 1.1. */
  _storeHeader(statusLine: string, headers: unknown): void {
    const line = isOld(this) ? statusLine.replace('HTTP/1.1', 'HTTP/1.0') : statusLine
    ;(ServerResponse.prototype as unknown as StoresHeader)._storeHeader.call(this, line, headers)
  }
}

interface StoresHeader {
  _storeHeader(this: ServerResponse, statusLine: string, headers: unknown): void
}

function isOld({ req }: ServerResponse): boolean {
  return req.httpVersionMinor === 0
}

export function answer(res: ServerResponse, what: Answer): void {
  if (what.close === true) res.shouldKeepAlive = false
  lingerIfUnread(res)
  const { code, reason, headers = [], body } = what
  if (body === undefined) {
    writeHead(res, code, reason, headers)
    res.end()
    return
  }
  const type = body === '' ? [] : ['Content-Type', 'text/html; charset=utf-8']
  writeHead(res, code, reason, [...headers, ...type, 'Content-Length', String(Buffer.byteLength(body))])
  res.end(body)
}

/** A head with the Server and Date of the original; its connection headers, too, are those of the version. */
export function writeHead(res: ServerResponse, code: number, reason: string, headers: readonly string[]): void {
  res.sendDate = !isOld(res)
  // What the version says anyway is not said.
  if (res.shouldKeepAlive !== isOld(res)) res.removeHeader('connection')
  res.writeHead(code, reason, ['Server', 'msgbus', ...headers])
}
