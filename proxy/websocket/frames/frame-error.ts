/** What the peer sent breaks the protocol. The close code and the message can be told to it in a close frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly closeCode: number

  /** @param reason a sentence that fits into a close frame: 123 bytes at most */
  constructor(closeCode: number, reason: string) {
    super(reason)
    this.closeCode = closeCode
  }
}
