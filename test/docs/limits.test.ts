import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadSettings } from '../../shared/config/settings.ts'

const rows = readFileSync('docs/operating.md', 'utf8').split('\n')

/** Where a limit is in the code, and the words of its row in docs/operating.md. */
const limits: readonly (readonly [file: string, constant: string, row: string])[] = [
  ['proxy/accept/request-check.ts', 'MAX_HEADERS = 200', '| headers of a request | 200 |'],
  ['proxy/accept/request-check.ts', 'MAX_TARGET = 16_384', '| request target | 16384 bytes |'],
  ['proxy/accept/server-options.ts', 'HEAD_TIMEOUT = 10_000', "| time for a request's head | 10 s |"],
  ['proxy/accept/servers.ts', 'IDLE_TIMEOUT = 75_000', '| time between requests | 75 s |'],
  ['proxy/accept/in-order.ts', 'MAX_WAITING = 256', '| requests ahead of the answers (pipelining) | 256 |'],
  ['proxy/forward/request-body.ts', 'KEPT_BODY_LIMIT = 100_000', '| request body | none; 100,000 bytes to be held |'],
  ['proxy/forward/instruct-response.ts', 'INSTRUCT_LIMIT = 100_000', '| response with instructions | 100,000 bytes'],
  ['proxy/forward/backend.ts', 'MAX_RESPONSE_HEADER = 65_536', '| response header of a backend | 64 KiB |'],
  ['proxy/forward/backend.ts', 'CONNECT_TIMEOUT = 10_000', '| connecting to a backend | 10 s |'],
  ['proxy/zhttp/exchanges.ts', 'EXPIRE = 60_000', '| silence of a `zhttp/` service | 60 s |'],
  ['proxy/forward/backend.ts', 'IDLE_TIMEOUT = 55_000', '| idle connection to a backend | 55 s |'],
  ['proxy/websocket/grip-message.ts', 'CONTROL_LIMIT = 65_536', '| WebSocket control message | 65536 bytes |'],
  ['proxy/websocket/peer.ts', 'CLOSE_TIMEOUT = 5000', '| WebSocket: answer to a close | 5 s |'],
  [
    'proxy/websocket/over-http/outbox.ts',
    'LIMIT = 200_000',
    '| WebSocket over HTTP: waiting for the backend | 200,000 bytes |',
  ],
  [
    'proxy/websocket/over-http/events-response.ts',
    'LIMIT = 1_000_000',
    '| WebSocket over HTTP: response | 1,000,000 bytes |',
  ],
  ['handler/receive/http-api.ts', 'MAX_CONNECTIONS = 1024', '| publish connections | 1024 |'],
  ['handler/receive/http-api.ts', 'REQUEST_TIMEOUT = 60_000', '| publish request: time to arrive | 60 s |'],
  ['handler/receive/http-api.ts', 'KEEP_ALIVE = 75_000', '| publish connection: idle | 75 s |'],
  ['handler/receive/zmq-input.ts', 'maxMessageSize: 64 * 1024 * 1024', '| ZeroMQ frame | 64 MiB |'],
  ['handler/transmit/worker-peer.ts', 'WAITING_LIMIT = 32 << 20', '| waiting for one worker | 32 MiB |'],
  [
    'shared/line-writer.ts',
    'MAX_WAITING = 16 << 20',
    '| log lines of a process that wait for who reads the log | 16 MiB |',
  ],
  ['handler/sequence/id-cache.ts', 'MAX_IDS = 1_000_000', '| remembered ids | 1,000,000, `id_cache_ttl` 60 s |'],
  ['proxy/session/sessions.ts', 'PREFETCH = 10_000', '| session: looked for in a body | 10,000 bytes |'],
  ['proxy/link/session-link.ts', 'TIMEOUT = 1000', '| session: waiting for the handler, or the service | 1 s |'],
  ['handler/sessions/state-service.ts', 'TIMEOUT = 1000', '| session: waiting for the handler, or the service | 1 s |'],
  ['handler/sessions/memory-sessions.ts', 'MAX_SESSIONS = 100_000', '| sessions, channels of each | 100,000, 100 |'],
  ['handler/sessions/memory-sessions.ts', 'MAX_CHANNELS = 100\n', '| sessions, channels of each | 100,000, 100 |'],
  [
    'handler/sessions/memory-sessions.ts',
    'MAX_DOMAINS = 1000',
    '| hosts with session rules, rules of each | 1000, 100 |',
  ],
  [
    'handler/sessions/memory-sessions.ts',
    'MAX_RULES = 100\n',
    '| hosts with session rules, rules of each | 1000, 100 |',
  ],
  [
    'handler/sessions/memory-sessions.ts',
    'TTL = 24 * 60 * 60 * 1000',
    '| sessions and rules that are not used | 24 h |',
  ],
  ['proxy/observe/worker-stats.ts', 'MAX_ROUTES = 1000', '| routes told apart in stats and metrics | 1000 |'],
  [
    'proxy/observe/connections.ts',
    'MAX_CHANGES = 10_000',
    '| connections coming and going, told on the stats socket | 10,000',
  ],
  [
    'proxy/observe/published.ts',
    'MAX_PUBLISHES = 20_000',
    '| messages on their way, told on the stats socket | 20,000 |',
  ],
  [
    'handler/observe/stats/messages.ts',
    'MAX_PENDING = 20_000',
    '| messages on their way, told on the stats socket | 20,000 |',
  ],
  [
    'handler/observe/stats/stats-socket.ts',
    'HIGH_WATER_MARK = 200_000',
    '| packets waiting for a reader of the stats socket | 200,000 |',
  ],
  ['handler/observe/metrics/metrics-server.ts', 'MAX_CONNECTIONS = 16', '| connections to a metrics port | 16 |'],
  ['proxy/hold/hold-table.ts', 'MAX_LINGERING = 100_000', '| channels that linger in a worker | 100,000,'],
]

for (const [file, constant, row] of limits) {
  test(`docs/operating.md has the limit ${constant}`, () => {
    assert.ok(
      readFileSync(file, 'utf8').includes(constant),
      `${file} has another limit now: change the page and this test`,
    )
    assert.ok(
      rows.some((line) => line.startsWith(row)),
      row,
    )
  })
}

test('docs/sockjs.md has its limits', () => {
  const page = readFileSync('docs/sockjs.md', 'utf8')
  const [session, payload, callback] = ['session', 'sent-messages', 'callback'].map((name) =>
    readFileSync(`proxy/doors/sockjs/${name}.ts`, 'utf8'),
  )
  assert.ok(session?.includes('PATIENCE = 5000') && page.includes('\n| without a poll or stream | 5 s |'))
  assert.ok(session?.includes('HEARTBEAT_INTERVAL = 25\n') && page.includes('\n| silence | 25 s |'))
  assert.ok(payload?.includes('MESSAGE_LIMIT = 200_000') && page.includes('\n| message of a client | 200,000 bytes |'))
  assert.ok(callback?.includes('{1,256}') && page.includes('\n| callback | 256 letters,'))
})

test('docs/operating.md has the defaults of the limits that are keys', () => {
  const { runner, proxy, handler } = loadSettings({ cwd: '/w', env: {} }).settings
  const keys = { client_queue_max: '8 MiB', accept_timeout: '5 s' }
  assert.deepEqual([proxy.client_queue_max, proxy.accept_timeout], [2 ** 23, 5000])
  for (const [key, value] of [
    ...Object.entries(keys),
    ['client_buffer_size', runner.client_buffer_size],
    ['client_maxconn', runner.client_maxconn],
    ['websocket_max_message', proxy.websocket_max_message],
    ['websocket_ping_interval', proxy.websocket_ping_interval],
    ['connection_subscription_max', handler.connection_subscription_max],
    ['id_cache_ttl', handler.id_cache_ttl],
    ['subscription_linger', handler.subscription_linger],
  ]) {
    assert.ok(
      rows.some((line) => line.startsWith('| ') && new RegExp(`\`${key}\`,? ${value}\\b`).test(line)),
      `${key} ${value}`,
    )
  }
})
