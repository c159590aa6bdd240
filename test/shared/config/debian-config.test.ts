import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { load } from './config-dir.ts'

/** The file that Debian's package of Pushpin 1.36 installs, without its comments. */
const debian = `
[global]
include={libdir}/internal.conf
rundir=/var/run/pushpin
ipc_prefix=pushpin-
port_offset=0
stats_connection_ttl=120
[runner]
services=condure,pushpin-proxy,pushpin-handler
http_port=7999
#https_ports=443
#local_ports={rundir}/{ipc_prefix}server
logdir=/var/log/pushpin
log_level=2
client_buffer_size=8192
client_maxconn=50000
condure_bin=condure
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
log_from=false
log_user_agent=false
sig_iss=pushpin
sig_key=changeme
upstream_key=
sockjs_url=http://cdn.jsdelivr.net/sockjs/0.3.4/sockjs.min.js
#
updates_check=off
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
`

test("Debian's pushpin.conf works unchanged and gives no warnings", (t) => {
  const { settings, warnings, dir } = load(t, debian)
  assert.deepEqual(warnings, [])
  assert.equal(settings.global.rundir, '/var/run/pushpin')
  assert.equal(settings.runner.client_buffer_size, 8192)
  assert.deepEqual(settings.runner.http_port, [{ address: '0.0.0.0', port: 7999 }])
  assert.equal(settings.proxy.routesfile, join(dir, 'routes'))
  assert.deepEqual(settings.proxy.x_forwarded_for, [])
  assert.equal(settings.proxy.set_x_forwarded_protocol, 'proto-only')
  assert.deepEqual(settings.handler.push_in_sub_specs, ['tcp://127.0.0.1:5562'])
  assert.equal(settings.handler.push_in_http_port, 5561)
})
