import type { PushdState } from '../state/pushd-state.ts'
import { authClient, authUser } from './auth-client.ts'
import { authServer } from './auth-server.ts'
import type { Caller, Command, Run } from './command.ts'
import { getToken } from './get-token.ts'
import { his } from './his.ts'
import { pub } from './pub.ts'
import { failures, notFound, success } from './replies.ts'
import type { Reply } from './replies.ts'
import { setUser } from './set-user.ts'
import { sub } from './sub.ts'
import { unsub } from './unsub.ts'

const PONG: Reply = { ...success('pong'), code: undefined }

const commands = new Map<string, Run>([
  ['sub', sub],
  ['unsub', unsub],
  ['pub', pub],
  ['his', his],
  ['ping', () => PONG],
  ['gettoken', getToken],
  ['auth', authUser],
  ['auth_client', authClient],
  ['auth_server', authServer],
  ['setuuid', setUser],
])

const OF_ANYBODY = new Set(['ping', 'auth', 'auth_client', 'auth_server'])
const OF_ROLE = {
  client: new Set(['sub', 'unsub', 'pub', 'his', 'setuuid']),
  server: new Set(['pub', 'gettoken']),
}

/** Does what a client asks for, if it may. */
export function runCommand(caller: Caller, command: Command, state: PushdState): Reply | Promise<Reply> {
  const { name, refusal } = command
  if (refusal !== undefined) return refusal
  const run = commands.get(name)
  if (state.needAuth && !OF_ANYBODY.has(name)) {
    const { role } = caller.identity
    if (role === undefined) return failures.needAuth
    if (run !== undefined && !OF_ROLE[role].has(name)) return failures.notPermit
  }
  return run === undefined ? notFound(name) : run(caller, command, state)
}
