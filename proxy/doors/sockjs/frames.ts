/*
 * The frames of SockJS, as texts. Each transport wraps them in its own way.
 */
export const OPEN = 'o'
export const HEARTBEAT = 'h'

/** How a session ended. */
export interface Close {
  readonly code: number | undefined
  readonly reason: string
}

export const ANOTHER_CONNECTION: Close = { code: 2010, reason: 'Another connection still open' }
export const CLIENT_CLOSED: Close = { code: 3000, reason: 'Client already closed connection' }

export function messagesFrame(messages: readonly string[]): string {
  return `a${JSON.stringify(messages)}`
}

export function closeFrame({ code, reason }: Close): string {
  return `c${JSON.stringify([code ?? 0, reason || 'Connection closed'])}`
}
