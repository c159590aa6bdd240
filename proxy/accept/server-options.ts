import { KEEP_ALIVE_DELAY } from './socket-options.ts'

/** Milliseconds from connection or first byte to the end of a request's head; who drips is cut (RFC 9112 9.8). */
const HEAD_TIMEOUT = 10_000

/** What all servers of the gateway have in common, those of doors too. */
export const SERVER_OPTIONS = {
  headersTimeout: HEAD_TIMEOUT,
  connectionsCheckingInterval: 1000,
  // Looked at by the request check, which answers with a sentence.
  requireHostHeader: false,
  insecureHTTPParser: false,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_DELAY * 1000,
} as const
