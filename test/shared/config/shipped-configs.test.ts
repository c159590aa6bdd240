// What config files of Pushpin's releases and of its container image say, without their comments.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './config-dir.ts'

/** Of the years of 1.0 to 1.6: one SUB socket, and folders of programs that are no more. */
const oldest = `
[global]
libdir=
include=internal.conf
[runner]
services=mongrel2,m2adapter,zurl,pushpin-proxy,pushpin-handler
http_port=7999
#https_ports=443
configdir=runner
rundir=runner/run
logdir=runner/log
mongrel2_bin=mongrel2
m2sh_bin=m2sh
zurl_bin=zurl
[proxy]
routesfile=routes
auto_cross_origin=false
set_x_forwarded_protocol=true
x_forwarded_for=
x_forwarded_for_trusted=
orig_headers_need_mark=
sig_key=changeme
upstream_key=
[handler]
#ipc_file_mode=777
push_in_spec=tcp://127.0.0.1:5560
push_in_sub_spec=tcp://127.0.0.1:5562
push_in_http_addr=127.0.0.1
push_in_http_port=5561
stats_spec=ipc:///tmp/pushpin-stats
command_spec=ipc:///tmp/pushpin-command
`

test('the oldest configs work, and only the moved key is warned about', (t) => {
  const { settings, warnings } = load(t, oldest)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /:10: rundir in \[runner\] section is deprecated\. put in \[global\]$/)
  assert.match(settings.global.rundir, /\/runner\/run$/)
  assert.equal(settings.proxy.set_x_forwarded_protocol, true)
  assert.deepEqual(settings.handler.push_in_sub_specs, ['tcp://127.0.0.1:5562'])
  assert.equal(settings.handler.command_spec, 'ipc:///tmp/pushpin-command')
})

/** The keys that are documented for 1.40 and later, 2.0 too, with their shipped values. */
const newest = `
[global]
include={libdir}/internal.conf
rundir=run
ipc_prefix=pushpin-
port_offset=0
stats_connection_ttl=120
stats_connection_send=true
[runner]
services=connmgr,proxy,handler
http_port=7999
#https_ports=443
#local_ports={rundir}/{ipc_prefix}server
logdir=log
log_level=2
client_buffer_size=8192
client_maxconn=50000
allow_compression=false
mongrel2_bin=mongrel2
m2sh_bin=m2sh
zurl_bin=zurl
[proxy]
routesfile=routes
debug=false
auto_cross_origin=false
accept_x_forwarded_protocol=false
set_x_forwarded_protocol=proto-only
x_forwarded_for=
x_forwarded_for_trusted=
orig_headers_need_mark=
accept_pushpin_route=false
cdn_loop=
log_from=false
log_user_agent=false
sig_iss=pushpin
sig_key=changeme
upstream_key=
sockjs_url=http://cdn.jsdelivr.net/sockjs/0.3.4/sockjs.min.js
updates_check=report
organization_name=
[handler]
#ipc_file_mode=777
push_in_spec=tcp://127.0.0.1:5560
push_in_sub_specs=tcp://127.0.0.1:5562
push_in_sub_connect=false
push_in_http_addr=127.0.0.1
push_in_http_port=5561
push_in_http_max_headers_size=10000
push_in_http_max_body_size=1000000
stats_spec=ipc://{rundir}/{ipc_prefix}stats
command_spec=tcp://127.0.0.1:5563
message_rate=2500
message_hwm=25000
#message_block_size=
message_wait=5000
id_cache_ttl=60
connection_subscription_max=20
subscription_linger=60
stats_subscription_ttl=60
stats_report_interval=10
stats_format=tnetstring
#prometheus_port=
#prometheus_prefix=
`

test('the newest configs work, and only that nothing is reported is warned about', (t) => {
  const { settings, warnings } = load(t, newest)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /updates_check in \[proxy\] has no effect: the gateway never asks for new versions/)
  assert.equal(settings.handler.message_rate, 2500)
  assert.equal(settings.proxy.sockjs_url, 'http://cdn.jsdelivr.net/sockjs/0.3.4/sockjs.min.js')
})

test('what the container image makes of a config works without a warning', (t) => {
  const replacements = [
    [/services=.*/, 'services=mongrel2,m2adapter,zurl,pushpin-proxy,pushpin-handler'],
    [/push_in_spec=.*/, 'push_in_spec=tcp://*:5560'],
    [/push_in_http_addr=.*/, 'push_in_http_addr=0.0.0.0'],
    [/push_in_sub_specs=.*/, 'push_in_sub_spec=tcp://*:5562'],
    [/command_spec=.*/, 'command_spec=tcp://*:5563'],
    [/updates_check=.*/, 'updates_check=off'],
  ] as const
  const text = replacements.reduce((config, [pattern, line]) => config.replace(pattern, line), newest)
  const { settings, warnings } = load(t, text)
  assert.deepEqual(warnings, [])
  assert.equal(settings.handler.push_in_spec, 'tcp://*:5560')
  assert.deepEqual(settings.handler.push_in_sub_specs, ['tcp://*:5562'])
  assert.equal(settings.handler.push_in_http_addr, '0.0.0.0')
})
