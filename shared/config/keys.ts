import { availableParallelism } from 'node:os'
import { socketPushKeys } from './doors/socket-push-keys.ts'
import { pushdKeys } from './doors/pushd-keys.ts'
import { msgbusKeys } from './doors/msgbus-keys.ts'
import { pusudKeys } from './doors/pusud-keys.ts'
import type { Key, Works } from './key.ts'
import { noEffect, oldName, optional, silent, works } from './key.ts'
import {
  bool,
  forwardedForRule,
  forwardedProtocol,
  inputPort,
  integer,
  ipAddress,
  key,
  list,
  milliseconds,
  octalMode,
  oneOf,
  path,
  seconds,
  spec,
  text,
  workingPath,
} from './kinds.ts'
import { listener, localListener } from './listeners.ts'
import { logLevels } from './log-levels.ts'
import { metricPrefix, metricsPort } from './metrics-port.ts'
import { internalSocket, retiredHandlerKeys, retiredProxyKeys, retiredRunnerKeys } from './retired-keys.ts'

const global = {
  include: optional(text),
  libdir: works(text, '/usr/lib/pushpin'),
  rundir: works(workingPath, 'run'),
  ipc_prefix: works(text, 'pushpin-'),
  port_offset: works(integer(0, 65535), '0'),
  stats_connection_ttl: works(seconds(1), '120'),
  stats_connection_send: works(bool, 'true'),
}

const runner = {
  rundir: oldName,
  http_port: works(list(listener), '7999'),
  https_ports: works(list(listener), ''),
  local_ports: works(list(localListener), ''),
  log_level: works(logLevels, '2'),
  log_format: works(oneOf('text', 'json'), 'text'),
  client_buffer_size: works(integer(1024, 16_777_216), '32768'),
  client_maxconn: works(integer(1), '50000'),
  services: silent('all processes of the gateway are always started'),
  logdir: silent('there is one log, on standard output or in the file of --logfile'),
  allow_compression: works(bool, 'false'),
  ...retiredRunnerKeys,
}

const proxy = {
  routesfile: optional(path),
  domainsfile: optional(path),
  workers: works(integer(1, 1024), String(availableParallelism())),
  debug: works(bool, 'false'),
  auto_cross_origin: works(bool, 'false'),
  accept_x_forwarded_protocol: works(bool, 'false'),
  set_x_forwarded_protocol: works(forwardedProtocol, 'proto-only'),
  x_forwarded_for: optional(list(forwardedForRule)),
  x_forwarded_for_trusted: optional(list(forwardedForRule)),
  orig_headers_need_mark: works(list(text), ''),
  accept_pushpin_route: works(bool, 'false'),
  cdn_loop: works(text, ''),
  log_from: works(bool, 'false'),
  log_user_agent: works(bool, 'false'),
  sig_iss: works(text, 'pushpin'),
  sig_key: works(key, 'changeme'),
  upstream_key: works(key, ''),
  client_queue_max: works(integer(65_536), '8388608'),
  websocket_max_message: works(integer(125), '16777216'),
  websocket_ping_interval: works(seconds(0), '60'),
  accept_timeout: works(milliseconds(1), '5000'),
  legacy_instruct_types: works(bool, 'true'),
  ipc_file_mode: silent('the proxy binds no sockets of this kind'),
  max_open_requests: noEffect('only client_maxconn in [runner] limits the connections', '-1'),
  sockjs_url: works(text, ''),
  stats_connections_max_ttl: silent('workers tell the handler of their connections in another way'),
  stats_report_interval: silent('the figures of the proxy are always kept'),
  prometheus_port: optional(metricsPort),
  prometheus_prefix: works(metricPrefix, ''),
  updates_check: noEffect('the gateway never asks for new versions and reports nothing', 'off'),
  organization_name: silent('nothing is reported to anyone'),
  ...retiredProxyKeys,
}

const handler = {
  push_in_spec: works(spec, 'tcp://127.0.0.1:5560'),
  push_in_sub_specs: works(list(spec), 'tcp://127.0.0.1:5562'),
  push_in_sub_spec: oldName,
  push_in_sub_connect: works(bool, 'false'),
  push_in_http_addr: works(ipAddress, '127.0.0.1'),
  push_in_http_port: works(inputPort, '5561'),
  push_in_http_max_headers_size: works(integer(256, 16_777_216), '10000'),
  push_in_http_max_body_size: works(integer(1), '1000000'),
  command_spec: works(spec, 'tcp://127.0.0.1:5563'),
  id_cache_ttl: works(seconds(0), '60'),
  connection_subscription_max: works(integer(1), '20'),
  subscription_linger: works(seconds(0), '60'),
  ipc_file_mode: optional(octalMode),
  stats_spec: optional(spec),
  message_rate: works(integer(-1), '-1'),
  message_hwm: works(integer(-1), '-1'),
  message_block_size: works(integer(-1), '0'),
  message_wait: works(milliseconds(0), '5000'),
  update_on_first_subscription: works(bool, 'true'),
  state_spec: works(spec, ''),
  stats_subscription_ttl: works(seconds(1), '60'),
  stats_report_interval: works(seconds(-1), '10'),
  stats_format: works(oneOf('tnetstring', 'json'), 'tnetstring'),
  prometheus_port: optional(metricsPort),
  prometheus_prefix: works(metricPrefix, ''),
  share_all: noEffect('every request goes to the backend on its own', 'false', '0', 'no', 'off'),
  ...retiredHandlerKeys,
}

/** Every key that may stand in a config file, by section (GRIP 10.2 to 10.5). */
export const sections = {
  global,
  runner,
  proxy,
  handler,
  msgbus: msgbusKeys,
  pushd: pushdKeys,
  pusud: pusudKeys,
  'socket-push': socketPushKeys,
}

/** The settings of one section: its working keys, named as in the file. */
export type SettingsOf<Table> = {
  readonly [Name in keyof Table as Table[Name] extends Works<unknown> ? Name : never]: Table[Name] extends Works<
    infer T
  >
    ? T
    : never
}

/** All settings; plain data that survives JSON. */
export type Settings = { readonly [Name in keyof typeof sections]: SettingsOf<(typeof sections)[Name]> }

const tables = new Map(
  Object.entries(sections).map(([name, table]) => [name, new Map<string, Key>(Object.entries(table))]),
)

/** `unknown section` or `unknown key` when the table has no such thing. */
export function findKey(section: string, name: string): Key | 'unknown section' | 'unknown key' {
  const table = tables.get(section)
  return table === undefined ? 'unknown section' : (table.get(name) ?? internalSocket(section, name) ?? 'unknown key')
}
