import type { SessionIds } from '../session-ids.ts'
import { CallError } from './call-error.ts'
import { sessionId, userId } from './service.ts'
import type { Service } from './service.ts'

/** Who may authenticate with what. */
export function authService(ids: SessionIds): Service {
  return {
    set: {
      params: [userId, sessionId],
      description: 'Set Auth',
      call: ([user, id]) => ids.set(user as number, id as string),
    },
    check: {
      params: [sessionId],
      description: 'Check Auth',
      call: ([id]) => {
        const user = ids.userOf(id as string)
        if (user === undefined) throw new CallError(500, 'Authorization failed')
        return user
      },
    },
    remove: {
      params: [userId],
      description: 'Delete Auth',
      call: ([user]) => ids.remove(user as number),
    },
  }
}
