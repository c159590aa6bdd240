import { join } from 'node:path'
import type { Settings } from '../shared/config/keys.ts'
import { HTTP_RESPONSE } from '../shared/observe/transport.ts'
import { linkPath } from '../shared/link/endpoint.ts'
import type { Log } from '../shared/log.ts'
import type { Running, StartOrders } from '../shared/supervise/orders.ts'
import { AccessLog } from './accept/access-log.ts'
import type { Exchange } from './accept/exchange.ts'
import { ClientServers } from './accept/servers.ts'
import { Certificates } from './accept/tls.ts'
import { RouteTable } from './choose/route-table.ts'
import { openRoutes } from './choose/routes-file.ts'
import { openDoors } from './doors/open-doors.ts'
import { Attempts } from './forward/attempts.ts'
import { Backends } from './forward/backend.ts'
import { forward } from './forward/forward.ts'
import { forwardOptions } from './forward/forward-options.ts'
import { handleCounted, handleRequest, startForward } from './handle-request.ts'
import type { RequestContext } from './handle-request.ts'
import { InternalRequests } from './forward/internal-requests.ts'
import { FilterPosts } from './hold/filter-posts.ts'
import { HoldAcceptor } from './hold/accept.ts'
import { DeliveryRate } from './hold/delivery-rate.ts'
import { FanOut } from './hold/fan-out.ts'
import type { RateLimit } from './hold/fan-out.ts'
import { HoldTable } from './hold/hold-table.ts'
import { Subscriptions } from './hold/subscriptions.ts'
import { TimerWheel } from './hold/timer-wheel.ts'
import { HandlerLink } from './link/handler-link.ts'
import { LoopLag } from './loop-lag.ts'
import { SessionInstructions } from './session/session-instructions.ts'
import { Sessions } from './session/sessions.ts'
import { PeerServer } from './peers/peer-server.ts'
import { Peers } from './peers/peers.ts'
import { WorkerStats } from './observe/worker-stats.ts'
import { WebSocketAcceptor } from './websocket/accept.ts'
import { Zhttp } from './zhttp/zhttp.ts'

/** Milliseconds that publishers are given to see a new subscription (GRIP 6.4). */
const UPDATE_AFTER = 1000

/** Requests of HTTP filters in a second, by all workers together (GRIP 4.7). */
const FILTER_POSTS = 100

/** One worker of the proxy: puts its parts together and starts them. */
export async function startWorker(orders: StartOrders, log: Log): Promise<Running> {
  const { settings, worker } = orders
  const counts: Record<string, number> = {}
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1
  }

  const wheel = new TimerWheel()
  const subscriptions = new Subscriptions(wheel, settings.proxy.accept_timeout)
  const stats = new WorkerStats(
    { connectionTtl: settings.global.stats_connection_ttl, blockSize: settings.handler.message_block_size },
    count,
  )
  const holds = new HoldTable(subscriptions, wheel, settings.handler.subscription_linger, {
    joined: (hold, channel) => stats.subscribers.joined(hold, channel),
    left: (hold, channel) => stats.subscribers.left(hold, channel),
    removed: (hold) => {
      // A long poll ends with its response, or goes on as a request.
      if (hold.transport !== HTTP_RESPONSE) stats.connections.closed(hold.id)
    },
  })
  const limit = rateLimit(settings, (isFull) => {
    if (isFull) count('message_hwm_reached')
    link.tellFull(isFull)
  })
  const fanOut = new FanOut(holds, subscriptions, log, stats, limit)
  setInterval(() => stats.tick(), 1000).unref()
  const lag = new LoopLag()
  const link = new HandlerLink(
    worker,
    subscriptions,
    {
      items: (items, done) => fanOut.push(items, done),
      numbered: (item, publish) => stats.published.numbered(item, publish),
      written: (received) => stats.written(received),
      watch: (watched) => stats.watch(watched, holds.values()),
      stats: () => stats.take(),
      recover: () => holds.recoverAll(),
      catchUp: () => holds.catchUpAll(),
      first: (channels) => wheel.after(UPDATE_AFTER, () => holds.recover(channels)),
      command: (command) => {
        if (command.method === 'conncheck') return command.ids.filter((id) => stats.connections.has(id))
        return 'id' in command ? holds.refresh(command.id) : holds.refreshAll(command.channel)
      },
      counts: () => counts,
      held: () => holds.size,
      lag: () => lag.take(),
    },
    log,
  )

  const sessions = new Sessions(link.sessions)
  const accessLog = new AccessLog(log, {
    level: orders.log.level,
    from: settings.proxy.log_from,
    userAgent: settings.proxy.log_user_agent,
  })
  const tooSlow = (uri: string, waiting: number): void => {
    count('slow_clients_cut')
    log.warn(`${uri}: client too slow, cut with ${waiting} bytes waiting`)
  }
  const options = forwardOptions(settings)
  const zhttp = new Zhttp(settings, worker, log)
  const attempts = new Attempts(new Backends(), zhttp.exchanges)
  const requests = new InternalRequests(options, attempts)
  const posts = new FilterPosts(requests, FILTER_POSTS / settings.proxy.workers)
  const acceptor = new HoldAcceptor(
    { table: holds, subscriptions, wheel, requests, posts },
    {
      legacyTypes: settings.proxy.legacy_instruct_types,
      maxChannels: settings.handler.connection_subscription_max,
      queueMax: settings.proxy.client_queue_max,
    },
    {
      accepted: (exchange) => {
        accessLog.accepted(exchange)
        stats.accepted(exchange)
      },
      subscribed: (exchange, channel) =>
        log.info(`subscribe ${exchange.uri} channel=${channel}${exchange.isRetry ? ' retry' : ''}`),
      tooSlow,
      requested: (method, uri, code, bytes) => log.info(`${method} ${uri} code=${code} ${bytes}`),
      goneLinkFailed: (uri, reason) => {
        count('gone_links_failed')
        log.error(`POST ${uri} (gone link): ${reason}`)
      },
      keptAlive: (route) => stats.keptAlive(route),
      retry: (exchange) => {
        stats.retried(exchange)
        forward(exchange, context.forward)
      },
    },
  )

  const webSockets = new WebSocketAcceptor(
    {
      table: holds,
      wheel,
      queueMax: settings.proxy.client_queue_max,
      maxChannels: settings.handler.connection_subscription_max,
      pingInterval: settings.proxy.websocket_ping_interval * 1000,
      posts,
      subscribed: (uri, channel) => log.info(`subscribe ${uri} channel=${channel}`),
      tooSlow,
      session: (id, prefix) => sessions.open(id, prefix),
      keptAlive: (route) => stats.keptAlive(route),
    },
    {
      forward: {
        options,
        attempts,
        answered: (exchange, milliseconds) => stats.answered(exchange, milliseconds),
      },
      maxMessage: settings.proxy.websocket_max_message,
      compress: settings.runner.allow_compression,
    },
    {
      opened: (exchange) => {
        accessLog.opened(exchange)
        stats.upgraded(exchange)
      },
      debug: (message) => log.debug(message),
    },
  )

  let lastRequest = 0
  const context: RequestContext = {
    routes: new RouteTable([], () => {}),
    debug: settings.proxy.debug,
    autoCrossOrigin: settings.proxy.auto_cross_origin,
    forward: {
      options,
      attempts,
      legacyInstructTypes: settings.proxy.legacy_instruct_types,
      instructions: new SessionInstructions(acceptor, sessions),
      webSockets,
      sessions,
      answered: (exchange, milliseconds) => stats.answered(exchange, milliseconds),
    },
    accessLog,
    stats,
    sockJs: undefined,
    nextId: () => `${worker}-${process.pid}:${++lastRequest}`,
    count,
  }
  const peers = new Peers(worker, settings, count)
  let newest: RouteTable | undefined
  let loaded: Promise<void> | undefined
  // The code of SockJS is loaded when a route wants it; until it is there, the routes before stay in use.
  const useWithSockJs = async (table: RouteTable): Promise<void> => {
    const { SockJs } = await import('./doors/sockjs/sockjs.ts')
    const forwardHandshake = (exchange: Exchange): void => startForward(exchange, context)
    context.sockJs ??= new SockJs(settings, { wheel, peers, forward: forwardHandshake })
    if (table === newest) context.routes = table
  }
  const routes = openRoutes(
    { routesFile: settings.proxy.routesfile, domainsFile: settings.proxy.domainsfile, routeLines: orders.routeLines },
    log,
    (table) => {
      zhttp.listenFor(table.zhttpTargets)
      newest = table
      if (table.hasSockJs && context.sockJs === undefined) loaded = useWithSockJs(table)
      else context.routes = table
    },
  )
  await loaded

  link.start(linkPath(settings.global.rundir, settings.global.ipc_prefix))
  const peerServer = new PeerServer((req, res) => handleCounted(req, res, context), settings.runner.client_buffer_size)
  if (peers.ownPath !== undefined) await peerServer.listen(peers.ownPath)
  const servers = new ClientServers(settings, (req, res) => handleRequest(req, res, context), log)
  await servers.listen(new Certificates(join(orders.configDirectory, 'runner', 'certs')))
  const doors = await openDoors(settings, worker, {
    table: holds,
    wheel,
    log,
    queueMax: settings.proxy.client_queue_max,
    nextId: () => context.nextId(),
    count,
    tooSlow,
    publish: (items) => link.publish(items),
  })

  return {
    reload: () => {
      routes.reload()
      for (const door of doors) door.reload()
    },
    stop: async () => {
      routes.close()
      holds.goAway()
      servers.close()
      for (const door of doors) door.close()
      peerServer.close()
      link.close()
      zhttp.close()
    },
  }
}

/** Of this worker: an equal share of what all may deliver (GRIP 6.8). */
function rateLimit({ handler, proxy }: Settings, full: (isFull: boolean) => void): RateLimit | undefined {
  if (handler.message_rate <= 0) return undefined
  const share = (total: number): number => Math.ceil(total / proxy.workers)
  return {
    rate: new DeliveryRate({ perSecond: share(handler.message_rate), blockSize: handler.message_block_size }),
    highWaterMark: handler.message_hwm > 0 ? share(handler.message_hwm) : Number.POSITIVE_INFINITY,
    full,
  }
}
