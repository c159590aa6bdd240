import type { ServerResponse } from 'node:http'

/**
 * Writes the head of a response: these headers, names and values in turn, and what frames the message.
 * Node would add Date, which is the backend's to send, and to every HTTP/1.1 response that it keeps the connection, which is
 * the default there (RFC 9112 9.3).
 */
export function writeHead(res: ServerResponse, code: number, reason: string, headers: string[]): void {
  res.sendDate = false
  if (res.shouldKeepAlive && res.req.httpVersionMinor === 1) res.removeHeader('connection')
  res.writeHead(code, reason, headers)
}
