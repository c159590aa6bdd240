import type { SessionAnswers, SessionCall } from '../../shared/link/session-calls.ts'

/** Milliseconds a request waits for the handler; after them it goes on without what it asked for (GRIP 12.6). */
const TIMEOUT = 1000

/** Past this many calls without an answer further ones fail at once. */
const MAX_PENDING = 1000

/** A worker's calls to the handler's store of sessions. */
export class SessionLink {
  readonly #send: (request: number, call: SessionCall) => boolean
  readonly #pending = new Map<number, (value: unknown) => void>()
  #lastRequest = 0

  /** @param send returns false when there is no handler to send to. */
  constructor(send: (request: number, call: SessionCall) => boolean) {
    this.#send = send
  }

  /** Never rejects. @returns undefined when there was no answer in time. */
  ask<Method extends SessionCall['method']>(
    call: SessionCall & { readonly method: Method },
  ): Promise<SessionAnswers[Method] | undefined> {
    return new Promise((resolve) => {
      const request = ++this.#lastRequest
      if (this.#pending.size >= MAX_PENDING || !this.#send(request, call)) {
        resolve(undefined)
        return
      }
      const timer = setTimeout(() => this.answered(request, undefined), TIMEOUT)
      this.#pending.set(request, (value) => {
        clearTimeout(timer)
        // Both ends are ours: the answer is that of the method.
        resolve(value as SessionAnswers[Method] | undefined)
      })
    })
  }

  /** The same for a call whose answer nobody waits for. */
  tell(call: SessionCall): void {
    this.#send(0, call)
  }

  answered(request: number, value: unknown): void {
    const answer = this.#pending.get(request)
    this.#pending.delete(request)
    answer?.(value)
  }
}
