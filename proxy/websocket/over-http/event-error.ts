/** A WebSocket-over-HTTP response is malformed (GRIP 7.4). The message is for the operator: the client is dropped. */
export class EventError extends Error {
  override readonly name = 'EventError'
}
