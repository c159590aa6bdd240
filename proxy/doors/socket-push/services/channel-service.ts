import type { Users } from '../users.ts'
import { CallError } from './call-error.ts'
import type { Publish } from './publish.ts'
import { channelId, message, userId } from './service.ts'
import type { Service } from './service.ts'

/** Who is subscribed to what. */
export function channelService(users: Users, publish: Publish): Service {
  return {
    subscribe: {
      params: [userId, channelId],
      description: 'Subscribe channel',
      call: async ([user, channel]) => {
        const live = await users.subscribe(user as number, channel as string)
        if (!live) throw new CallError(503, 'Service unavailable')
      },
    },
    unsubscribe: {
      params: [userId, channelId],
      description: 'Unsubscribe channel',
      call: ([user, channel]) => users.unsubscribe(user as number, channel as string),
    },
    unsubscribeAll: {
      params: [userId],
      description: 'Unsubscribe from all channels',
      call: ([user]) => users.unsubscribeAll(user as number),
    },
    getSubscriptions: {
      params: [userId],
      description: 'Get subscriptions of user',
      call: ([user]) => users.subscriptionsOf(user as number),
    },
    getSubscribers: {
      params: [channelId],
      description: 'Get subscribers of a channel',
      call: ([channel]) => users.subscribersOf(channel as string).map(String),
    },
    publish: {
      params: [channelId, message],
      description: 'Publish a message to channel',
      call: ([channel, value]) => publish(users.busName(channel as string), value),
    },
    listAll: {
      params: [],
      description: 'List all channels',
      call: () => users.channels(),
    },
  }
}
