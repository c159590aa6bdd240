import type { RawResponse } from '../support/raw-client.ts'

/** Status line, headers and body as a client sees them, without what only concerns the connection. */
export function shown({ line, headers, body }: RawResponse): string[] {
  return [line, ...headers.filter((header) => !/^(?:connection|keep-alive):/i.test(header)), '', body]
}
