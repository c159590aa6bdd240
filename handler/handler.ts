import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../shared/log.ts'
import type { Running, StartOrders } from '../shared/supervise/orders.ts'
import { Counters } from './observe/counters.ts'
import { health } from './observe/health.ts'
import { exposition } from './observe/metrics/exposition.ts'
import { gatewayMetrics } from './observe/metrics/gateway-metrics.ts'
import { gripMetrics } from './observe/metrics/grip-metrics.ts'
import { startMetricsServer } from './observe/metrics/metrics-server.ts'
import { Observer } from './observe/observer.ts'
import { Publisher } from './publisher.ts'
import { startCommandSocket } from './receive/command-socket.ts'
import { startHttpApi } from './receive/http-api.ts'
import { startPullInput } from './receive/pull-input.ts'
import { startSubInput } from './receive/sub-input.ts'
import { IdCache } from './sequence/id-cache.ts'
import { LastIds } from './sequence/last-ids.ts'
import { MemorySessions } from './sessions/memory-sessions.ts'
import { answerSessionCall } from './sessions/session-store.ts'
import type { SessionStore } from './sessions/session-store.ts'
import { StateService } from './sessions/state-service.ts'
import { ChannelTable } from './subscriptions/channel-table.ts'
import { WorkerLink } from './transmit/worker-link.ts'

/** Milliseconds that publishers wait for workers to say what they hold; longer is only for workers that do not come. */
const GREETING_TIMEOUT = 1500

/** Milliseconds a stop waits for what was acknowledged to be delivered. */
const DRAIN_TIMEOUT = 1000

interface Closable {
  close(): void | Promise<void>
}

/** The handler: puts its parts together and starts them. */
export async function startHandler({ settings }: StartOrders, log: Log): Promise<Running> {
  const { global, proxy, handler } = settings
  const counters = new Counters()
  const channels = new ChannelTable()
  const lastIds = new LastIds()
  const link = new WorkerLink(channels, { lastIds, updateOnFirst: handler.update_on_first_subscription }, log)
  const observer = new Observer(
    {
      format: handler.stats_format,
      connectionTtl: global.stats_connection_ttl,
      sendConnections: global.stats_connection_send,
      subscriptionTtl: handler.stats_subscription_ttl,
      subscriptionLinger: handler.subscription_linger,
      reportInterval: handler.stats_report_interval,
      blockSize: handler.message_block_size,
    },
    counters,
  )
  const sequence = { ids: new IdCache(handler.id_cache_ttl * 1000), lastIds, messageWait: handler.message_wait }
  const publisher = new Publisher(sequence, channels, link, counters, log, observer)
  link.publishTo(publisher)
  const sessions = await openSessions(handler.state_spec, log, counters)
  link.answerSessions((call) => answerSessionCall(sessions, call))
  link.listen(observer)
  await link.start(global.rundir, global.ipc_prefix, handler.ipc_file_mode)
  const statsSpec = handler.stats_spec ?? `ipc://${join(global.rundir, `${global.ipc_prefix}stats`)}`
  await observer.start(statsSpec, (watched) => link.watch(watched))

  // An item taken before the workers have said what they hold would be acknowledged and reach nobody.
  await within(
    GREETING_TIMEOUT,
    link.until(() => link.workers.length >= proxy.workers),
  )

  const inputs: Closable[] = []
  const metrics = (): string =>
    exposition(gatewayMetrics({ observer, link, channels, counters }), handler.prometheus_prefix)
  if (handler.prometheus_port !== undefined) {
    inputs.push(await startMetricsServer(handler.prometheus_port, handler.ipc_file_mode, metrics))
  }
  if (proxy.prometheus_port !== undefined) {
    const ofProxy = (): string => exposition(gripMetrics(observer.routes.values(), 'proxy'), proxy.prometheus_prefix)
    inputs.push(await startMetricsServer(proxy.prometheus_port, handler.ipc_file_mode, ofProxy))
  }
  if (handler.push_in_spec !== '') {
    inputs.push(await startPullInput(handler.push_in_spec, publisher, log, counters.count))
  }
  if (handler.push_in_sub_specs.length > 0) {
    const options = { specs: handler.push_in_sub_specs, connect: handler.push_in_sub_connect }
    const sub = await startSubInput(options, publisher, log, counters.count)
    channels.listen(sub)
    inputs.push(sub)
  }
  if (handler.command_spec !== '') {
    const uris = {
      command: handler.command_spec,
      publishPull: handler.push_in_spec || undefined,
      publishSub: handler.push_in_sub_connect ? undefined : handler.push_in_sub_specs[0],
    }
    inputs.push(
      await startCommandSocket(handler.command_spec, { uris, inbox: publisher, commands: link }, log, counters.count),
    )
  }
  await setIpcMode(
    [statsSpec, handler.push_in_spec, ...handler.push_in_sub_specs, handler.command_spec],
    handler.ipc_file_mode,
  )
  if (handler.push_in_http_port !== undefined) {
    const options = {
      address: handler.push_in_http_addr,
      port: handler.push_in_http_port,
      maxHeadersSize: handler.push_in_http_max_headers_size,
      maxBodySize: handler.push_in_http_max_body_size,
      log,
    }
    const api = await startHttpApi(options, publisher, link, () => health(link, channels, counters), metrics)
    log.info(`http control server: ${api.address}:${api.port}`)
    inputs.push(api)
  }

  return {
    reload() {},
    async stop() {
      link.expectEnd()
      for (const input of inputs) await input.close()
      await within(
        DRAIN_TIMEOUT,
        link.until(() => link.workers.every((worker) => worker.idle)),
      )
      publisher.close()
      sessions.close()
      link.close()
      observer.close()
    },
  }
}

async function openSessions(stateSpec: string, log: Log, counters: Counters): Promise<SessionStore> {
  if (stateSpec === '') return new MemorySessions()
  const service = new StateService(log, counters.count)
  await service.listen(stateSpec)
  return service
}

/** ZeroMQ makes its socket files with the permissions of the process. */
async function setIpcMode(specs: readonly string[], mode: number | undefined): Promise<void> {
  if (mode === undefined) return
  const paths = specs.filter((spec) => spec.startsWith('ipc://')).map((spec) => spec.slice('ipc://'.length))
  // A spec that connects has no file of ours.
  for (const path of paths) await chmod(path, mode).catch(() => {})
}

/** Waits for the promise, but no longer than that many milliseconds. */
async function within(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
