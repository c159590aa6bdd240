import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../../../shared/config/config-error.ts'
import { loadSettings } from '../../../shared/config/settings.ts'
import { configDir } from './config-dir.ts'

test('the main file wins over the included one key by key', (t) => {
  const dir = configDir(t, {
    'etc/pushpin.conf': '[global]\ninclude=more.conf\n[proxy]\nsig_iss=main',
    'etc/more.conf': '[global]\nrundir=/r\n[proxy]\nsig_iss=more\nsig_key=more\nnope=1',
  })
  const { settings, warnings } = loadSettings({ file: 'etc/pushpin.conf', cwd: dir, env: {} })
  assert.equal(settings.proxy.sig_iss, 'main')
  assert.equal(settings.proxy.sig_key, 'more')
  assert.equal(settings.global.rundir, '/r')
  assert.deepEqual(warnings, [`${join(dir, 'etc/more.conf')}:6: unknown key 'nope' in [proxy], ignored`])
})

test('internal.conf alone is the one in libdir, and nothing in it is warned about', (t) => {
  const dir = configDir(t, {
    'pushpin.conf': '[global]\ninclude=internal.conf',
    'lib/internal.conf': '[proxy]\nsig_iss=internal\nnope=1\nzurl_in_specs=x\n[m2adapter]\nx=1',
  })
  const loaded = loadSettings({ file: 'pushpin.conf', cwd: dir, libdir: join(dir, 'lib'), env: {} })
  assert.equal(loaded.settings.proxy.sig_iss, 'internal')
  assert.deepEqual(loaded.warnings, [])
})

test('the libdir of the file counts before the one given', (t) => {
  const dir = configDir(t, {
    'pushpin.conf': '[global]\ninclude={libdir}/x.conf\nlibdir=${LIB}',
    'lib/x.conf': '[proxy]\nsig_iss=x',
  })
  const env = { LIB: join(dir, 'lib') }
  const { settings } = loadSettings({ file: 'pushpin.conf', cwd: dir, libdir: '/nowhere', env })
  assert.equal(settings.proxy.sig_iss, 'x')
})

test('a missing internal.conf is nothing, another missing include stops the start', (t) => {
  const dir = configDir(t, {
    'a.conf': '[global]\ninclude={libdir}/internal.conf',
    'b.conf': '[global]\n\ninclude=other.conf',
    'c.conf': '[global]\ninclude=.',
  })
  const options = { cwd: dir, libdir: '/nowhere', env: {} }
  assert.deepEqual(loadSettings({ ...options, file: 'a.conf' }).warnings, [])
  assert.throws(
    () => loadSettings({ ...options, file: 'b.conf' }),
    new ConfigError(`${dir}/b.conf:3: include in [global] names ${dir}/other.conf, which does not exist`),
  )
  assert.throws(() => loadSettings({ ...options, file: 'c.conf' }), new ConfigError(`failed to open ${dir} (EISDIR)`))
})

test('an error in an included file names that file', (t) => {
  const dir = configDir(t, { 'a.conf': '[global]\ninclude=b.conf', 'b.conf': '[proxy]\ndebug=x' })
  assert.throws(() => loadSettings({ file: 'a.conf', cwd: dir, env: {} }), /b\.conf:2: debug in \[proxy\] must be/)
})

test('a config file that is not there is an error', () => {
  assert.throws(() => loadSettings({ file: '/nowhere/x' }), new ConfigError('failed to open /nowhere/x (ENOENT)'))
})
