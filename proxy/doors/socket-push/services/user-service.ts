import type { Users } from '../users.ts'
import { CallError } from './call-error.ts'
import type { Publish } from './publish.ts'
import { message, userId } from './service.ts'
import type { Service } from './service.ts'

/** Users that are connected. */
export function userService(users: Users, publish: Publish): Service {
  return {
    remove: {
      params: [userId],
      description: 'Remove user',
      call: ([user]) => users.remove(user as number),
    },
    publish: {
      params: [userId, message],
      description: 'Publish a message to userid',
      call: ([user, value]) => {
        if (!users.isConnected(user as number)) throw new CallError(500, 'User not connected')
        return publish(users.busNameOf(user as number), value)
      },
    },
    listAll: {
      params: [],
      description: 'List all users',
      call: () => users.connected().map(String),
    },
  }
}
