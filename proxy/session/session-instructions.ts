import type { Exchange } from '../accept/exchange.ts'
import type { Instructions } from '../forward/forward.ts'
import type { OnInstruct, OnLargeInstruct } from '../forward/instruct-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { Sessions } from './sessions.ts'

/** On routes with `session`, stores what a response says of sessions before its instructions are acted on (GRIP 3.10). */
export class SessionInstructions implements Instructions {
  readonly #instructions: Instructions
  readonly #sessions: Sessions

  constructor(instructions: Instructions, sessions: Sessions) {
    this.#instructions = instructions
    this.#sessions = sessions
  }

  onWhole(exchange: Exchange): OnInstruct {
    const act = this.#instructions.onWhole(exchange)
    if (!exchange.facts.route.session) return act
    return (head, body) => {
      const stored = this.#sessions.store(exchange, pairs(head.headers))
      if (stored === undefined) act(head, body)
      else void actLater(exchange, stored, () => act(head, body))
    }
  }

  onLarge(exchange: Exchange): OnLargeInstruct {
    const act = this.#instructions.onLarge(exchange)
    if (!exchange.facts.route.session) return act
    return (head, start, flow) => {
      // Its content is on its way already and does not wait.
      void this.#sessions.store(exchange, pairs(head.headers))
      return act(head, start, flow)
    }
  }
}

/** The client's next request, by which it may be known, must not come before what it is known by. */
async function actLater(exchange: Exchange, stored: Promise<unknown>, act: () => void): Promise<void> {
  await stored
  if (!exchange.over) act()
}
