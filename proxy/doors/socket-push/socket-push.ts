import type { Server } from 'node:http'
import type { Settings } from '../../../shared/config/keys.ts'
import { listen } from '../../accept/listen.ts'
import type { Door, DoorContext } from '../door.ts'
import { isLoopback } from '../loopback.ts'
import { ClientServer } from './client-server.ts'
import type { Certificate } from './client-server.ts'
import { ClientSubscriptions } from './client-subscriptions.ts'
import { broadcast } from './compat-broadcast.ts'
import { managementServer } from './management/management-server.ts'
import { Rendering } from './rendering.ts'
import { authService } from './services/auth-service.ts'
import { channelService } from './services/channel-service.ts'
import { publisher } from './services/publish.ts'
import type { Service } from './services/service.ts'
import { userService } from './services/user-service.ts'
import { SessionIds } from './session-ids.ts'
import type { Session, SessionContext } from './session.ts'
import { Users } from './users.ts'

/**
 * The door for browsers and applications of socket-push: users authenticate over socket.io, the application says over HTTP who may, who is
 * subscribed to what, and what is published.
 *
 * @throws Error with one sentence when an address is taken or a certificate cannot be read.
 */
export async function openSocketPush(settings: Settings, door: DoorContext): Promise<Door> {
  const section = settings['socket-push']
  const { table, wheel, log } = door
  const isStrict = section.compat === 'strict'
  const users = new Users({ table, wheel, prefix: section.prefix, grace: section.remove_user_timeout_ms })
  const ids = new SessionIds(section.auth_ttl * 1000)
  const sessions = new Set<Session>()
  const context: SessionContext = {
    door,
    ids,
    users,
    rendering: new Rendering(isStrict),
    clientSubscriptions:
      section.client_channels.length === 0 ? undefined : new ClientSubscriptions(section.client_channels.join(), users),
    authenticationTimeout: section.authentication_timeout_ms,
    sessions,
    broadcast: isStrict ? (from, user, text) => broadcast(sessions, from, user, text) : undefined,
  }
  const publish = publisher(door)
  const services = new Map<string, Service>([
    ['auth', authService(ids)],
    ['user', userService(users, publish)],
    ['channel', channelService(users, publish)],
  ])

  const clients = new ClientServer(
    context,
    {
      maxHeaderSize: settings.runner.client_buffer_size,
      maxClients: settings.runner.client_maxconn,
      certificate: certificateOf(section),
    },
    log,
  )
  await listen(clients.server, { host: section.listen, port: section.port ?? 0 }, 'socket-push', log)
  let management: Server | undefined
  if (section.admin_port !== undefined) {
    if (section.admin_token === '' && !isLoopback(section.admin_listen)) {
      log.warn(
        `socket-push: everybody who reaches ${section.admin_listen}, and pages that their browsers show, may call the management API: there is no admin_token`,
      )
    }
    const options = { token: section.admin_token, voidReply: section.void_reply === 'null' ? 'null' : '' }
    management = managementServer(services, options, log)
    await listen(management, { host: section.admin_listen, port: section.admin_port }, 'socket-push', log)
  }

  return {
    reload: () => {
      try {
        clients.reload()
      } catch (error) {
        log.error(`socket-push: the certificate stays as it was: ${(error as Error).message}`)
      }
    },
    close: () => {
      management?.close()
      management?.closeAllConnections()
      clients.close()
    },
  }
}

function certificateOf(section: Settings['socket-push']): Certificate | undefined {
  const { cert_file: certFile, key_file: keyFile } = section
  if (certFile === undefined && keyFile === undefined) return undefined
  // With one of them alone browsers would be served without TLS, which nobody meant.
  if (certFile === undefined || keyFile === undefined)
    throw new Error('[socket-push] needs both cert_file and key_file')
  return { certFile, keyFile }
}
