import { toItem } from '../bus-item.ts'
import { Delivery } from '../../send/delivery.ts'
import { busMessage } from './message-value.ts'
import type { Session } from './session.ts'

/**
 * What the original did with the text of a client: all others get it. Only with `compat=strict`, and even then nobody gets it who has not
 * authenticated, and it tells the sender's user, not its session: whoever knows a session's id can poll in its place.
 */
export function broadcast(sessions: ReadonlySet<Session>, from: Session, user: number, text: string): void {
  const delivery = new Delivery(toItem('', busMessage({ message: [String(user), text] })))
  for (const session of sessions) if (session !== from) session.deliver(delivery)
}
