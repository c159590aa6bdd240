import type { PushdState } from '../state/pushd-state.ts'
import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `auth_client TOKEN` */
export function authClient(caller: Caller, { first }: Command, { tokens }: PushdState): Reply {
  if (caller.identity.role !== undefined) return failures.alreadyClient
  if (first === undefined || first === '') return failures.badAuthClient
  const owner = tokens.redeem(first)
  if (owner === undefined) return failures.clientAuthFail
  caller.identity = { ...owner, role: 'client' }
  return success('Client auth succeed', { p1: 'Auth succeed', p4: 'success' })
}

/** `auth USER TOKEN`: the token has to be that user's. */
export function authUser(caller: Caller, { first, rest }: Command, { tokens }: PushdState): Reply {
  if (caller.identity.role !== undefined) return failures.alreadyClient
  if (first === undefined || rest === undefined) return failures.badAuth
  // A wrong name spends the token, too: nobody can try names on it.
  const owner = tokens.redeem(rest.toString())
  if (owner === undefined || owner.user !== first) return failures.authFail
  caller.identity = { ...owner, role: 'client' }
  return success('Auth succeed', { p4: 'success' })
}
