/** A backend's hold instruction is malformed (GRIP 3.2, 3.4). The message is for the operator, not for the client. */
export class InstructError extends Error {
  override readonly name = 'InstructError'
}
