import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { sections } from '../../../shared/config/keys.ts'
import { loadSettings } from '../../../shared/config/settings.ts'
import { configDir } from './config-dir.ts'

const example = readFileSync('pushpin.conf.example', 'utf8')

test('the example config changes nothing and warns about nothing', (t) => {
  const dir = configDir(t, { 'pushpin.conf': example })
  const { settings, warnings } = loadSettings({ file: 'pushpin.conf', cwd: dir, env: {} })
  const { settings: defaults } = loadSettings({ cwd: dir, env: {} })
  assert.deepEqual(warnings, [])
  assert.equal(settings.proxy.routesfile, `${dir}/routes`)
  assert.deepEqual({ ...settings, proxy: { ...settings.proxy, routesfile: undefined } }, defaults)
})

/** The lines from a section's header to the next header. */
function sectionOf(text: string, header: string): string {
  return text.split(`\n${header}\n`)[1]?.split(/\n(?:# )?\[[\w-]+\]\n/)[0] ?? ''
}

test('the example config explains every key in its section', () => {
  const [manual = '', withoutEffect = ''] = example.split('# KEYS WITHOUT EFFECT')
  for (const [section, table] of Object.entries(sections)) {
    const setHere = sectionOf(manual, `[${section}]`)
    const namedLast = sectionOf(withoutEffect, `# [${section}]`)
    for (const [name, key] of Object.entries(table)) {
      const isSet = new RegExp(`^#?${name}=`, 'm').test(setHere)
      const isNamed = new RegExp(`\\b${name}\\b`).test(namedLast)
      assert.ok(key.state === 'works' ? isSet : isSet || isNamed, `${name} in [${section}]`)
      assert.ok(key.state !== 'no effect' || !isSet, `${name} in [${section}] has no effect`)
      assert.ok(key.state !== 'works' || !isNamed, `${name} in [${section}] has an effect`)
    }
  }
})

test('the defaults are what the packages ship, with room for large cookies', () => {
  const { settings } = loadSettings({ cwd: '/w', env: {} })
  assert.deepEqual(settings, {
    global: {
      include: undefined,
      libdir: '/usr/lib/pushpin',
      rundir: '/w/run',
      ipc_prefix: 'pushpin-',
      port_offset: 0,
      stats_connection_ttl: 120,
      stats_connection_send: true,
    },
    runner: {
      http_port: [{ address: '0.0.0.0', port: 7999 }],
      https_ports: [],
      local_ports: [],
      log_level: { default: 2, services: {} },
      log_format: 'text',
      client_buffer_size: 32_768,
      client_maxconn: 50_000,
      allow_compression: false,
    },
    proxy: {
      routesfile: undefined,
      domainsfile: undefined,
      workers: availableParallelism(),
      sockjs_url: '',
      debug: false,
      auto_cross_origin: false,
      accept_x_forwarded_protocol: false,
      set_x_forwarded_protocol: 'proto-only',
      x_forwarded_for: undefined,
      x_forwarded_for_trusted: undefined,
      orig_headers_need_mark: [],
      accept_pushpin_route: false,
      cdn_loop: '',
      log_from: false,
      log_user_agent: false,
      sig_iss: 'pushpin',
      sig_key: 'changeme',
      upstream_key: '',
      client_queue_max: 8_388_608,
      websocket_max_message: 16_777_216,
      websocket_ping_interval: 60,
      accept_timeout: 5000,
      legacy_instruct_types: true,
      prometheus_port: undefined,
      prometheus_prefix: '',
    },
    handler: {
      push_in_spec: 'tcp://127.0.0.1:5560',
      push_in_sub_specs: ['tcp://127.0.0.1:5562'],
      push_in_sub_connect: false,
      push_in_http_addr: '127.0.0.1',
      push_in_http_port: 5561,
      push_in_http_max_headers_size: 10_000,
      push_in_http_max_body_size: 1_000_000,
      command_spec: 'tcp://127.0.0.1:5563',
      id_cache_ttl: 60,
      connection_subscription_max: 20,
      subscription_linger: 60,
      message_rate: -1,
      message_hwm: -1,
      message_wait: 5000,
      update_on_first_subscription: true,
      state_spec: '',
      ipc_file_mode: undefined,
      stats_spec: undefined,
      message_block_size: 0,
      stats_subscription_ttl: 60,
      stats_report_interval: 10,
      stats_format: 'tnetstring',
      prometheus_port: undefined,
      prometheus_prefix: '',
    },
    'socket-push': {
      port: undefined,
      listen: '127.0.0.1',
      prefix: '',
      compat: 'safe',
      cert_file: undefined,
      key_file: undefined,
      admin_port: 8181,
      admin_listen: '127.0.0.1',
      admin_token: '',
      authentication_timeout_ms: 10_000,
      remove_user_timeout_ms: 20_000,
      auth_ttl: 0,
      client_channels: [],
      void_reply: 'null',
    },
    pushd: {
      port: undefined,
      listen: '127.0.0.1',
      prefix: '',
      compat: 'safe',
      dialect: 'p1',
      newline: undefined,
      line_max: 65_536,
      session_timeout: 120,
      listen_backlog: 4096,
      need_auth: false,
      apps_file: undefined,
      history_size: 1000,
      history_ttl: 3600,
      stats_port: 9020,
      long_polling_port: undefined,
      long_polling_session_timeout: 60,
    },
    msgbus: {
      port: undefined,
      listen: '127.0.0.1',
      prefix: '',
      compat: 'safe',
      ssl_port: 4444,
      cert_file: undefined,
      secret: '',
      users_file: undefined,
      document_root: undefined,
      trust_unverified_sender: false,
      last_messages: 0,
    },
    pusud: {
      port: undefined,
      listen: '127.0.0.1',
      prefix: '',
      compat: 'safe',
      settings_file: undefined,
      authenticator: undefined,
      allowed_channels: [],
      allow_read_by_default: false,
      passwords_file: undefined,
      jwt_verification_key: '',
      jwt_signing_algorithms: [],
      http_url: '',
    },
  })
})
