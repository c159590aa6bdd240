import { after } from 'node:test'
import { freePorts } from './free-ports.ts'
import { startGateway } from './gateway.ts'
import type { Gateway } from './gateway.ts'
import type { Config } from './gateway-config.ts'
import { MsgbusPort } from './msgbus.ts'
import { PushdConnection } from './pushd.ts'
import { RawClient } from './raw-client.ts'
import { startBackend } from './recording-backend.ts'
import type { RecordingBackend } from './recording-backend.ts'
import { SocketPush } from './socket-push.ts'
import { startWebSocketBackend } from './websocket-backend.ts'
import type { WebSocketBackend } from './websocket-backend.ts'

/** A gateway with every door open, all of them with the same names of channels, and backends behind it. */
export interface AllDoors {
  readonly gateway: Gateway
  /** For requests whose path begins with `/http`. */
  readonly backend: RecordingBackend
  /** For all others. */
  readonly webSockets: WebSocketBackend
  readonly msgbus: MsgbusPort
  readonly push: SocketPush
  readonly pusudPort: number
  readonly pollPort: number
  readonly pushd: () => Promise<PushdConnection>
}

/** The backends stop after the tests of the file, the gateway does unless it has ended. */
export async function startAllDoors(changes: Config = {}): Promise<AllDoors> {
  const [backend, webSockets, ports] = await Promise.all([startBackend(), startWebSocketBackend(), freePorts(7)])
  const [msgbus = 0, pushd = 0, stats = 0, poll = 0, pusud = 0, push = 0, admin = 0] = ports
  const config: Config = {
    msgbus: { port: msgbus },
    pushd: { port: pushd, stats_port: stats, long_polling_port: poll },
    // Everybody may do everything unless the changes say who may.
    pusud: { port: pusud, ...(changes['pusud'] === undefined && { authenticator: 'None' }) },
    'socket-push': { port: push, admin_port: admin },
  }
  const sections = Object.entries(config).map(([name, keys]) => [name, { ...keys, ...changes[name] }] as const)
  const gateway = await startGateway({
    workers: 2,
    routes: [`*,path_beg=/http 127.0.0.1:${backend.port}`, `* 127.0.0.1:${webSockets.port}`],
    config: { ...changes, ...Object.fromEntries(sections) },
  })
  after(async () => {
    await gateway.stop()
    await backend.stop()
    await webSockets.stop()
  })
  return {
    gateway,
    backend,
    webSockets,
    msgbus: new MsgbusPort(msgbus),
    push: new SocketPush(gateway, backend, push, admin),
    pusudPort: pusud,
    pollPort: poll,
    pushd: async () => new PushdConnection(await RawClient.connect(pushd)),
  }
}
