import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { version } from '../../../shared/cli/version.ts'
import type { Settings } from '../../../shared/config/keys.ts'
import type { Log } from '../../../shared/log.ts'
import { listen } from '../../accept/listen.ts'
import type { Door, DoorContext } from '../door.ts'
import { isLoopback } from '../loopback.ts'
import type { PushdClient } from './client.ts'
import { p1 } from './dialects/p1.ts'
import { p2 } from './dialects/p2.ts'
import { p3 } from './dialects/p3.ts'
import { p4 } from './dialects/p4.ts'
import { longPollingServer } from './http/long-polling.ts'
import { Sessions } from './http/sessions.ts'
import { statsServer } from './http/stats-server.ts'
import type { Stats } from './http/stats-server.ts'
import { Apps } from './state/apps.ts'
import { ChannelNames } from './state/channel-names.ts'
import { History } from './state/history.ts'
import type { PushdState } from './state/pushd-state.ts'
import { Timestamps } from './state/timestamps.ts'
import { Tokens } from './state/tokens.ts'
import { TcpServer } from './tcp-server.ts'

/**
 * Opens the door for clients of pushd. What they share (tokens, history, applications) is in this process, so only one worker may.
 * @throws Error with one sentence when a port cannot be had.
 */
export async function openPushd({ pushd, runner }: Settings, port: number, context: DoorContext): Promise<Door> {
  const { log, table, wheel } = context
  warnAtStart(pushd, log)
  const apps = new Apps(pushd.apps_file, log)
  const timestamps = new Timestamps()
  const state: PushdState = {
    context,
    needAuth: pushd.need_auth,
    apps,
    names: new ChannelNames(pushd.prefix, apps),
    tokens: new Tokens(),
    history: new History(table, wheel, timestamps, { size: pushd.history_size, ttl: pushd.history_ttl }),
  }
  const facts = {
    stampOf: timestamps.of.bind(timestamps),
    channelOf: ({ channel }: { readonly channel: string }) => state.names.nameOf(channel),
  }
  const isStrict = pushd.compat === 'strict'
  const text = pushd.dialect === 'p2' ? p2(facts) : p1(pushd.newline ?? !isStrict)
  const tcp = new TcpServer(
    { state, dialects: { text, p3: p3(facts), p4: p4(facts) }, lineMax: pushd.line_max, isHasty: isStrict },
    wheel,
    {
      maxConnections: runner.client_maxconn,
      sessionTimeout: pushd.session_timeout,
      sparesSubscribers: !isStrict,
    },
  )
  const sessions = new Sessions(state.tokens)
  const polls = longPollingServer(state, sessions, {
    timeout: pushd.long_polling_session_timeout,
    maxConnections: runner.client_maxconn,
    render: pushd.dialect === 'p2' ? text.render : p1(false).render,
  })
  const stats = statsServer(statsOf(pushd, state, tcp))

  // Not through the runner, which would give the ports to other workers, too.
  const own = { host: pushd.listen, exclusive: true }
  await listen(tcp.server, { ...own, port, backlog: pushd.listen_backlog }, 'pushd', log)
  if (pushd.stats_port !== undefined) await listen(stats, { ...own, port: pushd.stats_port }, 'pushd', log)
  if (pushd.long_polling_port !== undefined) {
    await listen(polls, { ...own, port: pushd.long_polling_port }, 'pushd', log)
  }

  return {
    reload: () => {
      for (const app of apps.reload()) {
        state.tokens.forget(app)
        sessions.forget(app)
        for (const client of tcp.clients) if (client.identity.app === app) client.cut()
      }
      // An application that is new owns channels that others may have.
      for (const client of tcp.clients) {
        const { app } = client.identity
        for (const channel of client.channels) if (!state.names.isOf(app, channel)) client.unsubscribe(channel)
      }
    },
    close: () => {
      state.history.close()
      tcp.close()
      closeAll(stats)
      closeAll(polls)
    },
  }
}

function closeAll(server: Server): void {
  server.close()
  server.closeAllConnections()
}

type PushdSettings = Settings['pushd']

function statsOf(pushd: PushdSettings, { apps, history, tokens }: PushdState, { clients }: TcpServer): Stats {
  const connectionsOf = (name: string): number => {
    let count = 0
    for (const { identity } of clients) if (identity.app === name) count++
    return count
  }
  const ofApp = (name: string) => [name, { connections: connectionsOf(name), tokens: tokens.countOf(name) }] as const
  return {
    ping: () => ({ status: 'ok' }),
    sys: () => ({ goroutines: clients.size, memory: process.memoryUsage(), rusage: process.resourceUsage() }),
    trace: () => ({ callstack: new Error('trace').stack }),
    stat: () => ({
      ver: version,
      build: process.version,
      stats: {
        pubsub_channel_count: countChannels(clients),
        s2s_channel_count: 0,
        history_channel_count: [...history.channels].length,
        apps: Object.fromEntries(['', ...apps.names].map(ofApp)),
      },
      // Only this section, which has no secrets.
      conf: pushd,
    }),
  }
}

function countChannels(clients: Iterable<PushdClient>): number {
  const all = new Set<string>()
  for (const { channels } of clients) for (const channel of channels) all.add(channel)
  return all.size
}

function warnAtStart({ listen: host, listen_backlog, need_auth, apps_file }: PushdSettings, log: Log): void {
  if (!need_auth && !isLoopback(host)) {
    log.warn(`pushd: everybody who reaches ${host} may publish and subscribe: need_auth is off`)
  }
  if (need_auth && apps_file === undefined) log.warn('pushd: need_auth without apps_file lets nobody in')
  const limit = systemBacklog()
  if (limit < listen_backlog) {
    log.warn(`pushd: listen_backlog is ${listen_backlog}, but the system allows ${limit} (net.core.somaxconn)`)
  }
}

/** Connections that may wait to be accepted; no limit where the system does not say. */
function systemBacklog(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
