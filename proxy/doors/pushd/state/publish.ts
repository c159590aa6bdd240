import { isUtf8 } from 'node:buffer'
import { toItem } from '../../bus-item.ts'
import type { Identity } from './identity.ts'
import type { PushdState } from './pushd-state.ts'

/** @returns whether the handler has taken it. */
export async function publish(
  { context, history }: PushdState,
  { user }: Identity,
  channel: string,
  content: Buffer,
): Promise<boolean> {
  // Before the message: the handler takes both in this order.
  history.follow(channel)
  const item = toItem(channel, {
    content,
    // A WebSocket must not be sent text that is no UTF-8.
    contentType: isUtf8(content) ? 'text/plain' : 'application/octet-stream',
    sender: user === '' ? undefined : user,
  })
  const isTaken = await context.publish([item])
  context.count(isTaken ? 'pushd_published' : 'pushd_refused')
  return isTaken
}
