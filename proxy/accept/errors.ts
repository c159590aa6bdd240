/** An answer that the gateway gives instead of the backend's: `text/plain`, the sentence and a line feed (GRIP 2.10). */
export interface ErrorAnswer {
  readonly code: number
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection cannot go on: what follows in it may not be what the client meant as a request. */
  readonly close?: true
}

/** For `Allow`; any other method that the parser knows is forwarded as well. */
export const FORWARDED_METHODS = 'OPTIONS, HEAD, GET, POST, PUT, PATCH, DELETE'

/** Every error a client of the proxy can get. docs/errors.md explains each. */
export const errors = {
  // The request cannot be read, or not in one way only (RFC 9112).
  malformed: { code: 400, message: 'Failed to parse request.', close: true },
  oldProtocol: { code: 400, message: 'HTTP/0.9 requests are not supported.', close: true },
  unknownVersion: { code: 505, message: 'Only HTTP/1.0 and HTTP/1.1 are supported.', close: true },
  unknownMethod: { code: 501, message: 'Unknown request method.', close: true },
  noHost: { code: 400, message: 'Request contained no Host header.', close: true },
  severalHosts: { code: 400, message: 'Request contained several Host headers.', close: true },
  badHost: { code: 400, message: 'Request contained an invalid Host.', close: true },
  badTarget: { code: 400, message: 'Request contained an invalid request target.', close: true },
  pathEscapesRoute: { code: 400, message: 'Path leaves its route through dot segments.', close: true },
  chunkedInHttp10: { code: 400, message: 'HTTP/1.0 requests cannot be chunked.', close: true },
  unknownCoding: { code: 501, message: 'Only the chunked transfer coding is supported.', close: true },
  targetTooLong: { code: 414, message: 'Request target is too long.', close: true },
  tooManyHeaders: { code: 431, message: 'Request contained too many headers.', close: true },
  headerTooLarge: { code: 431, message: 'Request header is too large.', close: true },
  headerTooSlow: { code: 408, message: 'Request header took too long.', close: true },
  chunkExtensionsTooLarge: { code: 413, message: 'Chunk extensions are too large.', close: true },
  unknownExpectation: { code: 417, message: 'Only the expectation 100-continue is supported.', close: true },
  // The request is understood, but not something a gateway forwards.
  connect: { code: 405, message: 'CONNECT is not supported.', headers: { Allow: FORWARDED_METHODS }, close: true },
  trace: { code: 405, message: 'TRACE is not supported.', headers: { Allow: FORWARDED_METHODS } },
  badWebSocket: {
    code: 400,
    message:
      'Request contained an Upgrade header with value "websocket" but the request was not a valid WebSocket request.',
  },
  webSocketVersion: {
    code: 426,
    message: 'Only version 13 of the WebSocket protocol is supported.',
    headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
  },
  webSocketEvents: { code: 403, message: 'Client not allowed to send WebSocket events directly.' },
  // The request cannot be forwarded (GRIP 2.10).
  noRoute: { code: 502, message: 'Route not found' },
  originFailed: { code: 502, message: 'Error while proxying to origin.' },
  lengthRequired: { code: 411, message: 'Must provide Content-Length header.' },
  requestTooLargeForHold: { code: 400, message: 'Request too large to accept GRIP instruct.' },
  // Of what spans connections.
  workerUnavailable: { code: 503, message: 'Worker is not available.', headers: { 'Retry-After': '1' } },
  tooManySessions: { code: 503, message: 'Too many SockJS sessions.', headers: { 'Retry-After': '1' } },
  handlerUnavailable: { code: 500, message: 'Accept service unavailable.' },
  // A request of a script element (GRIP 8.2).
  jsonpCallback: { code: 400, message: 'Invalid callback parameter.' },
  jsonpMethod: { code: 400, message: 'Invalid _method parameter.' },
  jsonpHeaders: { code: 400, message: 'Invalid _headers parameter.' },
  jsonpBody: { code: 400, message: 'Invalid _body parameter.' },
  jsonpNamedBody: { code: 400, message: 'Invalid body parameter.' },
  jsonpResponse: { code: 500, message: 'Upstream response could not be JSON-P encoded.' },
} as const satisfies Readonly<Record<string, ErrorAnswer>>
