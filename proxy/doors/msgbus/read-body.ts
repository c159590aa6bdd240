import type { IncomingMessage } from 'node:http'

/** Why there is no body. */
type NoBody = 'too large' | 'too many' | 'gone'

/** Reads the bodies of requests; what all that are under way have in memory together is bounded. */
export class BodyReader {
  readonly #maxBody: number
  readonly #maxTogether: number
  #together = 0

  /** @param maxBody bytes of one. @param maxTogether bytes of all. */
  constructor(maxBody: number, maxTogether: number) {
    this.#maxBody = maxBody
    this.#maxTogether = maxTogether
  }

  /** Whether the body that is announced need not be waited for. */
  isTooLarge({ headers }: IncomingMessage): boolean {
    return Number(headers['content-length'] ?? 0) > this.#maxBody
  }

  read(req: IncomingMessage): Promise<Buffer | NoBody> {
    return new Promise((resolve) => {
      const pieces: Buffer[] = []
      let size = 0
      const finish = (result: Buffer | NoBody): void => {
        this.#together -= size
        size = 0
        req.off('data', onData)
        resolve(result)
      }
      const onData = (piece: Buffer): void => {
        size += piece.length
        this.#together += piece.length
        if (size > this.#maxBody) finish('too large')
        else if (this.#together > this.#maxTogether) finish('too many')
        else pieces.push(piece)
      }
      req.on('data', onData)
      req.once('end', () => finish(Buffer.concat(pieces)))
      // Also when it ends early; nobody is there to be answered then.
      req.once('close', () => finish('gone'))
      req.once('error', () => finish('gone'))
    })
  }
}
