/** Milliseconds between two lines. */
const INTERVAL = 30_000

/** Tells the log every half minute what goes on, as the original did; nothing while nothing goes on. */
export class Status {
  clients = 0
  received = 0
  sent = 0
  #last = ''
  readonly #timer: NodeJS.Timeout

  constructor(tell: (line: string) => void) {
    this.#timer = setInterval(() => {
      const line = `pusud: ${this.clients} clients connected, ${this.received} messages received, ${this.sent} sent`
      if (this.clients + this.received > 0 && line !== this.#last) tell(line)
      this.#last = line
    }, INTERVAL).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
