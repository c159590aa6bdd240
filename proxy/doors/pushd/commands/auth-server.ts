import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `auth_server APP SECRET`: from here on the connection is of that application. */
export function authServer(caller: Caller, { first, rest }: Command, { apps }: PushdState): Reply {
  if (caller.identity.role !== undefined) return failures.alreadyServer
  if (first === undefined || rest === undefined) return failures.badAuthServer
  if (!apps.verify(first, rest)) return failures.serverAuthFail
  caller.identity = { app: first, user: '', role: 'server' }
  return success('Server auth succeed', { p1: 'Auth succeed', p4: 'success' })
}
