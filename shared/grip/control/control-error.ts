/** A backend's WebSocket control message is malformed (GRIP 7.3). It is ignored; the message is for the operator. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}
