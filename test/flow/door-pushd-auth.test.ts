import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { startPushd } from '../support/pushd.ts'
import type { PushdConnection } from '../support/pushd.ts'
import { until } from '../support/until.ts'

const directory = mkdtempSync(join(tmpdir(), 'pushd-'))
after(() => rmSync(directory, { recursive: true }))
const appsFile = join(directory, 'apps')
const HASH = createHash('sha256').update('second secret').digest('hex')
const APPS = `# applications\n\napp1:first secret\napp2:sha256:${HASH}\n`
writeFileSync(appsFile, APPS)
const { gateway, connect, pollPort, statsPort } = await startPushd({ need_auth: true, apps_file: appsFile })

/** Writes the file anew; resolves when `isDone` says that it counts. */
async function reload(text: string, isDone: () => Promise<boolean>): Promise<void> {
  writeFileSync(appsFile, text)
  gateway.signal('SIGHUP')
  await until(isDone, 'the new apps_file to count')
}

async function isIn(app: string, secret: string): Promise<boolean> {
  const connection = await connect()
  connection.send(`auth_server ${app} ${secret}\n`)
  const isIn = (await connection.line()) === 'Auth succeed'
  connection.raw.abort()
  return isIn
}

beforeEach(async () => {
  if (!(await isIn('app2', 'second secret'))) await reload(APPS, () => isIn('app2', 'second secret'))
})

async function server(app = 'app1', secret = 'first secret'): Promise<PushdConnection> {
  const connection = await connect()
  await connection.asks(`auth_server ${app} ${secret}\n`, 'Auth succeed\n')
  return connection
}

async function tokenOf(connection: PushdConnection, user = ''): Promise<string> {
  connection.send(`gettoken ${user}\n`)
  return connection.line()
}

async function client(from: PushdConnection): Promise<PushdConnection> {
  const connection = await connect()
  await connection.asks(`auth_client ${await tokenOf(from)}\n`, 'Auth succeed\n')
  return connection
}

test('before it has authenticated a client can do nothing but that, and ping', async () => {
  const a = await connect()
  await a.asks('ping\n', 'pong\n')
  for (const command of ['sub x', 'unsub x', 'pub x y', 'his x 0', 'gettoken joe', 'bogus']) {
    await a.asks(`${command}\n`, 'Need Auth first\n')
  }
})

test('clients cannot issue tokens, servers cannot subscribe', async () => {
  const a = await server()
  await a.asks('sub x\n', 'Not Permit\n')
  await a.asks('his x 0\n', 'Not Permit\n')
  const b = await client(a)
  await b.asks('gettoken joe\n', 'Not Permit\n')
  await b.asks('sub x\n', 'SUBSCRIBED x\n')
  await a.asks('pub x from the server\n', 'PUBLISHED\n')
  await b.gets('from the server\n')
})

test('a wrong secret, an empty one and an unknown application are refused alike', async () => {
  const a = await connect()
  for (const credentials of ['app1 wrong', 'app1 ', 'nobody ', 'nobody x', ' ', `app2 sha256:${HASH}`]) {
    await a.asks(`auth_server ${credentials}\n`, 'Server auth fail\n')
  }
  await a.asks('auth_server app2 second secret\n', 'Auth succeed\n')
  await a.asks('auth_server app2 second secret\n', 'Already authed\n')
})

test('applications have channels of their own, on the bus below their names', async () => {
  const one = await client(await server())
  const two = await client(await server('app2', 'second secret'))
  await one.asks('sub same\n', 'SUBSCRIBED same\n')
  await two.asks('sub same\n', 'SUBSCRIBED same\n')
  await one.asks('pub same of one\n', 'of one\nPUBLISHED\n')
  await two.asks('pub same of two\n', 'of two\nPUBLISHED\n')
  await gateway.publish([{ channel: 'app1/same', formats: { 'http-stream': { content: 'for one' } } }])
  await one.gets('for one\n')
  await two.hasNothingElse()
  await two.asks('sub ../app1/same\n', 'SUBSCRIBED ../app1/same\n')
  await two.asks('his app1/same 0\n', '[]\n')
})

function url(path: string): string {
  return `http://127.0.0.1:${pollPort}${path}`
}

test('long polling needs a token, which then lets in a series of requests', async () => {
  const publisher = await server()
  const refused = await fetch(url('/pub/polled/x'))
  assert.deepEqual([refused.status, await refused.text()], [401, 'Need Auth first'])
  const wrong = await fetch(url('/history/polled/0?token=WRONG'))
  assert.deepEqual([wrong.status, await wrong.text()], [401, 'Client auth fail'])
  const token = await tokenOf(publisher)
  const headers = { authorization: `Bearer ${token}` }
  assert.equal(await (await fetch(url('/pub/polled/one'), { headers })).text(), 'PUBLISHED')
  const history = await fetch(url(`/history/polled/0?token=${token}`))
  assert.match(await history.text(), /^\[\{"channel":"polled","msg":"one","ts":\d{19}\}\]$/)
  const a = await connect()
  await a.asks(`auth_client ${token}\n`, 'Client auth fail\n')
})

test('a reload lets new applications in and ends the connections of those that are gone', async () => {
  const staying = await server()
  const leaving = await client(await server('app2', 'second secret'))
  const token = await tokenOf(await server('app2', 'second secret'))
  await reload('app1:first secret\napp3:third\n', () => isIn('app3', 'third'))
  await leaving.raw.closed()
  await (await connect()).asks(`auth_client ${token}\n`, 'Client auth fail\n')
  await (await connect()).asks('auth_server app2 second secret\n', 'Server auth fail\n')
  await staying.asks('pub x y\n', 'PUBLISHED\n')
})

test('a file that cannot be used leaves everything as it is, with a sentence that shows no secret', async () => {
  const staying = await server()
  writeFileSync(appsFile, 'app1:first secret\na secret without a name\n')
  gateway.signal('SIGHUP')
  const line = await gateway.log.waitFor(/apps_file .*: line 2 must be NAME:SECRET/)
  assert.doesNotMatch(line, /a secret/)
  await staying.asks('pub x y\n', 'PUBLISHED\n')
  await server('app2', 'second secret')
})

test('12. the stats answer a ping, and show the applications without their secrets', async () => {
  const ping = await fetch(`http://127.0.0.1:${statsPort}/s/ping`)
  assert.deepEqual([ping.status, ping.headers.get('content-type')], [200, 'application/json'])
  assert.equal(await ping.text(), '{\n    "status": "ok"\n}\n')
  await server()
  const stat = await (await fetch(`http://127.0.0.1:${statsPort}/s/stat`)).text()
  assert.doesNotMatch(stat, /secret/)
  const { stats, conf } = JSON.parse(stat) as {
    stats: { apps: Record<string, object>; pubsub_channel_count: number }
    conf: { need_auth: boolean }
  }
  assert.deepEqual(Object.keys(stats.apps), ['', 'app1', 'app2'])
  assert.equal(typeof stats.pubsub_channel_count, 'number')
  assert.equal(conf.need_auth, true)
  for (const name of ['sys', 'trace']) {
    assert.equal((await fetch(`http://127.0.0.1:${statsPort}/s/${name}`)).status, 200)
  }
  for (const path of ['/s/other', '/s/toString', '/']) {
    const other = await fetch(`http://127.0.0.1:${statsPort}${path}`)
    assert.deepEqual([other.status, await other.text()], [500, ''])
  }
})
