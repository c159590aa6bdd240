import type { Caller, Command } from './command.ts'
import { failures, success } from './replies.ts'
import type { Reply } from './replies.ts'

/** `setuuid TOKEN USER` of the last dialect, whose reader looks after the token. A token that was issued for a user keeps its user. */
export function setUser(caller: Caller, { rest }: Command): Reply {
  if (rest === undefined || rest.length === 0) return failures.badUser
  const { identity } = caller
  const user = rest.toString()
  if (identity.user !== '' && identity.user !== user) return failures.notPermit
  caller.identity = { ...identity, user }
  return success('success')
}
