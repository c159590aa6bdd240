import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { load } from './config-dir.ts'

/** The warnings for this text, without the file's directory. */
function warningsOf(t: TestContext, text: string): string[] {
  const { warnings, dir } = load(t, text)
  return warnings.map((warning) => warning.replace(`${dir}/`, ''))
}

test('unknown keys and sections are warned about and ignored', (t) => {
  assert.deepEqual(warningsOf(t, '[proxy]\nrutesfile=x\n[Proxy]\ndebug=x\n[__proto__]\nx=1\n[proxy]\nconstructor=1'), [
    "pushpin.conf:2: unknown key 'rutesfile' in [proxy], ignored",
    "pushpin.conf:4: unknown section [Proxy], key 'debug' ignored",
    "pushpin.conf:6: unknown section [__proto__], key 'x' ignored",
    "pushpin.conf:8: unknown key 'constructor' in [proxy], ignored",
  ])
})

test('a key without effect is warned about when something would be missed', (t) => {
  const missed = {
    global: [],
    runner: [],
    proxy: ['max_open_requests=5', 'updates_check=report'],
    handler: ['share_all=true'],
  }
  for (const [section, lines] of Object.entries(missed)) {
    for (const line of lines) {
      const [key = ''] = line.split('=')
      const [warning, ...rest] = warningsOf(t, `[${section}]\n${line}`)
      assert.ok(warning?.startsWith(`pushpin.conf:2: ${key} in [${section}] has no effect: `), `${line}: ${warning}`)
      assert.deepEqual(rest, [])
    }
  }
})

test('a key without effect is passed over when nothing changes for the user', (t) => {
  const text = `
[runner]
services=connmgr,proxy,handler
logdir=/somewhere
allow_compression=No
condure_bin=/usr/bin/condure
[proxy]
updates_check=OFF
prometheus_port=
stats_spec=ipc://x
condure_client_out_specs=ipc://x,ipc://y
[handler]
stats_spec=ipc://x
proxy_intreq_in_specs=ipc://x`
  assert.deepEqual(warningsOf(t, text), [])
})

test('a config of 2012 starts, and is told what became of its helpers', (t) => {
  const text = `[proxy]
m2_in_specs=tcp://127.0.0.1:9999,tcp://127.0.0.1:9997
zurl_out_specs=tcp://127.0.0.1:5550
handler_accept_out_spec=ipc:///tmp/pushpin-accept
domainsfile=domains.example
[handler]
redis_host=127.0.0.1
push_in_spec=tcp://*:5560
push_in_http_port=5561`
  assert.deepEqual(warningsOf(t, text), [
    'pushpin.conf:2: m2_in_specs in [proxy] has no effect: ' +
      'Mongrel2 is not used: the gateway listens for clients itself, see http_port in [runner]',
    'pushpin.conf:3: zurl_out_specs in [proxy] has no effect: ' +
      'Zurl is not used: the gateway sends requests to backends itself',
    'pushpin.conf:7: redis_host in [handler] has no effect: nothing is kept in Redis',
  ])
})

test('rundir in [runner] still counts, with a warning, unless [global] has one', (t) => {
  const old = load(t, '[runner]\nrundir=old')
  assert.equal(old.settings.global.rundir, join(old.dir, 'old'))
  assert.deepEqual(old.warnings, [
    `${old.dir}/pushpin.conf:2: rundir in [runner] section is deprecated. put in [global]`,
  ])
  const both = load(t, '[runner]\nrundir=old\n[global]\nrundir=new')
  assert.equal(both.settings.global.rundir, join(both.dir, 'new'))
  assert.deepEqual(both.warnings, [])
})

test('push_in_sub_spec is added to push_in_sub_specs', (t) => {
  const specsOf = (lines: string) => load(t, `[handler]\n${lines}`).settings.handler.push_in_sub_specs
  assert.deepEqual(specsOf('push_in_sub_spec=tcp://*:1'), ['tcp://*:1'])
  assert.deepEqual(specsOf('push_in_sub_spec=tcp://*:1\npush_in_sub_specs=ipc://a,ipc://b'), [
    'ipc://a',
    'ipc://b',
    'tcp://*:1',
  ])
})
