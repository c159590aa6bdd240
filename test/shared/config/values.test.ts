import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../../../shared/config/config-error.ts'
import { formatListener, parseListener } from '../../../shared/config/listeners.ts'
import { loadSettings } from '../../../shared/config/settings.ts'
import { configDir, load } from './config-dir.ts'

test('the last of several equal keys counts', (t) => {
  assert.equal(load(t, '[proxy]\nsig_iss=a\n[proxy]\nsig_iss=b').settings.proxy.sig_iss, 'b')
})

test('booleans are true/false, 1/0, yes/no, on/off in any case', (t) => {
  for (const word of ['true', '1', 'YES', 'On']) {
    assert.equal(load(t, `[proxy]\ndebug=${word}`).settings.proxy.debug, true)
  }
  for (const word of ['False', '0', 'no', 'off']) {
    assert.equal(load(t, `[proxy]\nlegacy_instruct_types=${word}`).settings.proxy.legacy_instruct_types, false)
  }
})

test('client ports are numbers with or without an address', (t) => {
  assert.deepEqual(load(t, '[runner]\nhttp_port=80,127.0.0.1:81,[::1]:82').settings.runner.http_port, [
    { address: '0.0.0.0', port: 80 },
    { address: '127.0.0.1', port: 81 },
    { address: '::1', port: 82 },
  ])
  assert.deepEqual(load(t, '[runner]\nhttp_port=').settings.runner.http_port, [])
})

test('metrics are fetched from a port, of all addresses or one, or from a Unix socket', (t) => {
  const portOf = (value: string) => load(t, `[handler]\nprometheus_port=${value}`).settings.handler.prometheus_port
  assert.deepEqual(portOf('9000'), { address: '0.0.0.0', port: 9000 })
  assert.deepEqual(portOf('127.0.0.1:9000'), { address: '127.0.0.1', port: 9000 })
  assert.deepEqual(portOf('ipc:///run/metrics'), { path: '/run/metrics' })
  assert.equal(portOf(''), undefined)
})

test('a client port is shown as it would be written', () => {
  for (const text of ['127.0.0.1:81', '[::1]:82']) {
    const listener = parseListener(text)
    assert.equal(listener && formatListener(listener), text)
  }
})

test('local ports have permissions and an owner', (t) => {
  const { settings, dir } = load(t, '[runner]\nlocal_ports={rundir}/a?mode=660&user=u&group=g,b')
  assert.deepEqual(settings.runner.local_ports, [
    { path: join(dir, 'run/a'), mode: 0o660, user: 'u', group: 'g' },
    { path: join(dir, 'b'), mode: undefined, user: undefined, group: undefined },
  ])
})

test('log levels are one for all and one for each service', (t) => {
  const { log_level } = load(t, '[runner]\nlog_level=1,proxy:3').settings.runner
  assert.deepEqual(log_level, { default: 1, services: { proxy: 3 } })
  assert.deepEqual(load(t, '[runner]\nlog_level=handler:0').settings.runner.log_level, {
    default: 2,
    services: { handler: 0 },
  })
})

test('no X-Forwarded-For rules and an empty list of them are told apart', (t) => {
  assert.equal(load(t, '[proxy]').settings.proxy.x_forwarded_for, undefined)
  assert.deepEqual(load(t, '[proxy]\nx_forwarded_for=').settings.proxy.x_forwarded_for, [])
  const { x_forwarded_for_trusted } = load(t, '[proxy]\nx_forwarded_for_trusted=truncate:0,append').settings.proxy
  assert.deepEqual(x_forwarded_for_trusted, ['truncate:0', 'append'])
})

test('X-Forwarded-Proto is set, set doubly or left alone', (t) => {
  const read = (value: string) =>
    load(t, `[proxy]\nset_x_forwarded_protocol=${value}`).settings.proxy.set_x_forwarded_protocol
  assert.deepEqual(['proto-only', 'true', 'false', ''].map(read), ['proto-only', true, false, false])
})

test('an input is turned off by an empty value', (t) => {
  const { handler } = load(
    t,
    '[handler]\npush_in_spec=\npush_in_sub_specs=\ncommand_spec=\npush_in_http_port=',
  ).settings
  assert.equal(handler.push_in_spec, '')
  assert.deepEqual(handler.push_in_sub_specs, [])
  assert.equal(handler.command_spec, '')
  assert.equal(handler.push_in_http_port, undefined)
})

test('the port offset moves publish and command ports, not client ports', (t) => {
  const text = '[global]\nport_offset=10\n[handler]\npush_in_spec=tcp://*:6000\npush_in_sub_specs=ipc://x'
  const { settings } = load(t, text)
  assert.equal(settings.handler.push_in_spec, 'tcp://*:6010')
  assert.deepEqual(settings.handler.push_in_sub_specs, ['ipc://x'])
  assert.equal(settings.handler.command_spec, 'tcp://127.0.0.1:5573')
  assert.equal(settings.handler.push_in_http_port, 5571)
  assert.equal(settings.runner.http_port[0]?.port, 7999)

  const overridden = load(t, `${text}\npush_in_http_port=0`, { portOffset: 20 }).settings
  assert.equal(overridden.global.port_offset, 20)
  assert.equal(overridden.handler.push_in_spec, 'tcp://*:6020')
  assert.equal(overridden.handler.push_in_http_port, 0)
})

test('{rundir}, {libdir} and {ipc_prefix} are replaced once', (t) => {
  const text =
    '[global]\nlibdir=/l{rundir}\nrundir=r\nipc_prefix=p-\n' +
    '[handler]\npush_in_spec=ipc://{rundir}/{ipc_prefix}x\n[proxy]\nsig_iss={libdir} {other}'
  const { settings, dir } = load(t, text)
  assert.equal(settings.handler.push_in_spec, `ipc://${dir}/r/p-x`)
  assert.equal(settings.proxy.sig_iss, '/l{rundir} {other}')

  const prefixed = load(t, text, { ipcPrefix: 'p1-' })
  assert.equal(prefixed.settings.global.ipc_prefix, 'p1-')
  assert.equal(prefixed.settings.handler.push_in_spec, `ipc://${prefixed.dir}/r/p1-x`)
})

test('environment variables are filled in, commas, braces and all', (t) => {
  const env = { KEY: 'a,b"{rundir}${X}' }
  const { proxy } = load(t, '[proxy]\nsig_key=${KEY}\nsig_iss=$${KEY} $KEY', { env }).settings
  assert.equal(proxy.sig_key, env.KEY)
  assert.equal(proxy.sig_iss, '${KEY} $KEY')
})

test('paths start at the config file, rundir at the working directory', (t) => {
  const text =
    '[global]\nrundir=r\n[proxy]\nroutesfile=x/routes\ndomainsfile=domains\n' +
    'sig_key=file:a.pem\nupstream_key=base64:YQ=='
  const cwd = configDir(t, { 'etc/a.conf': text })
  const { settings, file } = loadSettings({ file: 'etc/a.conf', cwd, env: {} })
  assert.equal(file, join(cwd, 'etc/a.conf'))
  assert.equal(settings.global.rundir, join(cwd, 'r'))
  assert.equal(settings.proxy.routesfile, join(cwd, 'etc/x/routes'))
  assert.equal(settings.proxy.domainsfile, join(cwd, 'etc/domains'))
  assert.equal(settings.proxy.sig_key, `file:${join(cwd, 'etc/a.pem')}`)
  assert.equal(settings.proxy.upstream_key, 'base64:YQ==')
})

test('the routes are beside the config file unless it names others', (t) => {
  const { settings, dir } = load(t, '')
  assert.equal(settings.proxy.routesfile, join(dir, 'routes'))
  const other = load(t, '[proxy]\nroutesfile=other')
  assert.equal(other.settings.proxy.routesfile, join(other.dir, 'other'))
})

test('a value of the wrong kind stops the start with file, line and what was expected', (t) => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['proxy', 'sig_key=a,b', 'takes one value: put a value with a comma in double quotes'],
    ['proxy', 'debug=maybe', "must be true or false (or 1/0, yes/no, on/off), not 'maybe'"],
    ['proxy', 'debug=', "must be true or false (or 1/0, yes/no, on/off), not ''"],
    ['proxy', 'workers=0', "must be a whole number from 1 to 1024, not '0'"],
    ['proxy', 'client_queue_max=1k', "must be a whole number of at least 65536, not '1k'"],
    ['proxy', 'x_forwarded_for=truncate:x', "must be a list of append and truncate:N, not 'truncate:x'"],
    ['proxy', 'set_x_forwarded_protocol=x', "must be true, proto-only or false, not 'x'"],
    ['proxy', 'sig_key="base64:s cret"', 'must have base64 text after base64:'],
    ['proxy', 'routesfile=', 'must be a path, not empty'],
    ['handler', 'ipc_file_mode=rw', "must be file permissions in octal such as 660, not 'rw'"],
    ['proxy', 'sig_iss=${NAME}', 'needs the environment variable NAME, which is not set'],
    ['runner', 'http_port=1.2.3.4:0', "must be PORT or IPADDRESS:PORT with a port from 1 to 65535, not '1.2.3.4:0'"],
    ['runner', 'https_ports=x:1', "must be PORT or IPADDRESS:PORT with a port from 1 to 65535, not 'x:1'"],
    ['runner', 'local_ports=a?mode=888', "must be file permissions in octal such as 660, not '888'"],
    ['runner', 'local_ports=a?x=1', "takes mode=, user= and group=, not 'x=1'"],
    [
      'runner',
      'log_level=proxy:x',
      'must be N or a list of N and SERVICE:N: log level for service proxy must be greater than or equal to 0',
    ],
    ['runner', 'log_format=xml', "must be text or json, not 'xml'"],
    ['handler', 'push_in_http_addr=localhost', "must be an IP address (0.0.0.0 for all), not 'localhost'"],
    ['handler', 'push_in_http_port=x', "must be a whole number from 0 to 65535, not 'x'"],
    ['handler', 'prometheus_port=x', "must be PORT, ADDRESS:PORT or ipc://PATH, not 'x'"],
    ['handler', 'prometheus_prefix=a-b', "must be letters, digits and underscores that begin with a letter, not 'a-b'"],
    ['handler', 'stats_format=xml', "must be tnetstring or json, not 'xml'"],
    ['handler', 'push_in_spec=5560', "must be tcp://ADDRESS:PORT or ipc://PATH, not '5560'"],
    ['handler', 'push_in_spec=tcp://*:65536', 'comes to port 65536: a port is from 1 to 65535'],
  ]
  for (const [section, line, problem] of cases) {
    const key = line.slice(0, line.indexOf('='))
    assert.throws(
      () => load(t, `# first\n[${section}]\n${line}`),
      (error) =>
        error instanceof ConfigError && error.message.endsWith(`/pushpin.conf:3: ${key} in [${section}] ${problem}`),
      line,
    )
  }
})

test('a bad key is refused without showing it', (t) => {
  assert.throws(
    () => load(t, '[proxy]\nsig_key=base64:topsecret!'),
    (error) => error instanceof ConfigError && !error.message.includes('topsecret'),
  )
})

test('settings survive JSON, which carries them to the other processes', (t) => {
  const { settings } = load(t, '[proxy]\nx_forwarded_for=append\n[runner]\nlocal_ports=a?mode=600&user=u&group=g')
  for (const section of Object.values(settings)) {
    const set = Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined))
    assert.deepEqual(JSON.parse(JSON.stringify(section)), set)
  }
})
