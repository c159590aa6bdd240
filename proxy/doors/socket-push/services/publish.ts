import { toItem } from '../../bus-item.ts'
import type { DoorContext } from '../../door.ts'
import { busMessage } from '../message-value.ts'
import { CallError } from './call-error.ts'

/** Puts a JSON value on a channel of the bus. Resolves when the handler has it. */
export type Publish = (channel: string, value: unknown) => Promise<void>

export function publisher({ publish, count }: Pick<DoorContext, 'publish' | 'count'>): Publish {
  return async (channel, value) => {
    const taken = await publish([toItem(channel, busMessage(value))])
    if (!taken) throw new CallError(503, 'Service unavailable')
    count('socket_push_published')
  }
}
