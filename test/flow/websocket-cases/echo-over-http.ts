import { event } from '../../support/websocket-over-http-backend.ts'
import type { WebSocketOverHttpBackend } from '../../support/websocket-over-http-backend.ts'

/** Lets the backend echo. It trusts its client: it is the gateway that has to find out what is wrong. */
export function echoOverHttp(backend: WebSocketOverHttpBackend): void {
  backend.handle((request) => request.answer(request.events.map(echo).join('')))
}

/** @param shownEvent `TYPE` or `TYPE content`, each byte a character */
function echo(shownEvent: string): string {
  const [, type = '', , content] = /^(\w+)( ([^]*))?$/.exec(shownEvent) ?? []
  if (type === 'PONG') return ''
  return event(type === 'PING' ? 'PONG' : type, content)
}
