/** A call that cannot be answered with a result: the caller gets the status and the message as it stands. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
