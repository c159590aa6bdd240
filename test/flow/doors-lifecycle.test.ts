import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startAllDoors } from '../support/all-doors.ts'
import type { AllDoors } from '../support/all-doors.ts'
import type { Config } from '../support/gateway-config.ts'
import { startGateway } from '../support/gateway.ts'
import { freePorts } from '../support/free-ports.ts'
import { authorized, listener } from '../support/pusud.ts'
import { packet, PollingClient } from '../support/socket-push.ts'
import type { PushdConnection } from '../support/pushd.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { get } from './held.ts'

const folder = mkdtempSync(join(tmpdir(), 'doors-'))
after(() => rmSync(folder, { recursive: true }))

interface Clients {
  readonly msgbus: RawClient
  readonly poll: RawClient
  readonly pushd: PushdConnection
  readonly pusud: WebSocketClient
  readonly browser: WebSocketClient
}

/** A client at every door, all on one channel. */
async function clientsOf({ msgbus, push, pusudPort, pollPort, ...doors }: AllDoors): Promise<Clients> {
  const pushd = await doors.pushd()
  await pushd.asks('sub room\n', 'SUBSCRIBED room\n')
  const poll = await RawClient.connect(pollPort)
  poll.send(get('/sub/room/0'))
  await poll.until('\r\n\r\n')
  const browser = await push.connectAs(1)
  await push.call('/channel/subscribe/1/room')
  return {
    msgbus: await msgbus.subscriber('/msgbus/room'),
    poll,
    pushd,
    pusud: await listener(pusudPort, 'room'),
    browser,
  }
}

function handlerOf({ gateway }: AllDoors): number {
  const workers = gateway.workerPids()
  return gateway.pids().find((pid) => !workers.includes(pid)) ?? 0
}

test('a stop ends the clients of all doors, without an error', async () => {
  const doors = await startAllDoors()
  const clients = await clientsOf(doors)
  const polling = await PollingClient.connect(doors.push.port)
  polling.begin()
  const stream = await RawClient.connect(doors.push.port)
  stream.send(get('/socket.io/xhr-multipart/'))
  await stream.until('--socketio\n')
  await doors.gateway.stop()
  assert.deepEqual(doors.gateway.log.matching(/^\[ERR\]/), [])
  assert.match(await clients.poll.closed(), /\r\n\r\n$/)
  await clients.msgbus.closed()
  await clients.pushd.raw.closed()
  await stream.closed()
  assert.equal(await clients.pusud.next(), 'close 1001')
  assert.equal(await clients.browser.next(), 'close 1001')
})

test('a handler that is killed and comes back ends no client of any door, and each gets what comes next', async () => {
  const doors = await startAllDoors()
  const { gateway, msgbus, push, pusudPort } = doors
  const { pushd, pusud, browser, ...clients } = await clientsOf(doors)
  const publisher = await authorized(pusudPort)
  process.kill(handlerOf(doors), 'SIGKILL')
  publisher.sendText('{"type":"publish","channel":"room","content":"kept"}')
  assert.equal(await pusud.next(), 'text {"type":"publish","channel":"room","content":"kept"}')
  await pushd.gets('kept\n')
  assert.equal(await browser.next(), 'text ~m~4~m~kept')
  await clients.msgbus.until('kept--00MsgBus00\n')
  assert.match(await clients.poll.closed(), /\r\n\r\nkept$/)
  assert.equal(await msgbus.publish('/msgbus/room', 'next'), 204)
  await pushd.gets('next\n')
  assert.equal((await push.call('/channel/publish/room/%22last%22'))[0], 'HTTP/1.1 200 OK')
  assert.equal(await browser.next(), 'text ~m~4~m~next')
  assert.equal(await browser.next(), 'text ~m~4~m~last')
  assert.deepEqual(
    gateway.log.matching(/^\[ERR\]/).filter((line) => !/handler: ended unexpectedly by SIGKILL/.test(line)),
    [],
  )
  for (const client of [pusud, browser, publisher]) client.vanish()
  for (const client of [clients.msgbus, pushd.raw]) client.abort()
})

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test('files that cannot be used are one line of the log for each door, and clients stay with what counted before', async () => {
  const users = file('users', 'joe:secret\n')
  const apps = file('apps', 'app:secret\n')
  const settings = file('settings.yaml', 'authenticator: PasswordAuthenticator\npasswords: {foo: ["*"]}\n')
  const doors = await startAllDoors({
    msgbus: { users_file: users },
    pushd: { apps_file: apps, need_auth: true },
    pusud: { settings_file: settings },
  })
  const { gateway, msgbus, pusudPort } = doors
  const basic = `Authorization: Basic ${Buffer.from('joe:secret').toString('base64')}`
  const subscriber = await msgbus.subscriber('/msgbus/room', '1.0', [basic])
  const pusud = await listener(pusudPort, 'room')
  const server = await doors.pushd()
  await server.asks('auth_server app secret\n', 'Auth succeed\n')
  const broken = ['\0\xff', ': : :\n- [', '{'.repeat(5000), '&a [*a, *b]\n']
  for (const [at, content] of broken.entries()) {
    for (const path of [users, apps, settings]) writeFileSync(path, content, 'latin1')
    gateway.signal('SIGHUP')
    // Two of msgbus and two of pusud, in as many workers, and one of pushd.
    await until(
      () => gateway.log.matching(/^\[ERR\]/).length === 5 * (at + 1),
      () => gateway.log.tail,
    )
  }
  assert.equal(await msgbus.publish('/msgbus/room', 'still', ['Content-Type: a/b', basic]), 204)
  await subscriber.until('still--00MsgBus00\n')
  assert.equal(await pusud.next(), 'text {"type":"publish","channel":"room","content":"still"}')
  await (await doors.pushd()).asks('auth_server app secret\n', 'Auth succeed\n')
  assert.equal(await msgbus.publish('/msgbus/room', 'x', ['Content-Type: a/b']), 401)
  await server.asks('ping\n', 'pong\n')
  await authorized(pusudPort)
  for (const client of [subscriber, server.raw]) client.abort()
  pusud.vanish()
})

test('doors that are open to everybody, beyond this machine, are warned about once', async () => {
  const open = await startAllDoors({
    msgbus: { listen: '0.0.0.0' },
    pushd: { listen: '0.0.0.0' },
    'socket-push': { admin_listen: '0.0.0.0' },
  })
  const warnings = open.gateway.log.matching(/^\[WARN\] .*everybody who reaches 0\.0\.0\.0/)
  const names = warnings.map((line) => /\[proxy\] (\S+): /.exec(line)?.[1])
  assert.deepEqual(names, ['msgbus', 'pushd', 'socket-push'])

  const shut = await startAllDoors({
    msgbus: { listen: '0.0.0.0', secret: 'x' },
    pushd: { listen: '0.0.0.0', need_auth: true },
    'socket-push': { admin_listen: '0.0.0.0', admin_token: 'x' },
  })
  assert.deepEqual(shut.gateway.log.matching(/everybody who reaches/), [])
})

async function isListening(port: number): Promise<boolean> {
  const client = await RawClient.connect(port).catch(() => undefined)
  client?.abort()
  return client !== undefined
}

test('a worker that is killed takes the doors of the node along only until the next one', async () => {
  const doors = await startAllDoors()
  const { gateway, msgbus, pollPort, push } = doors
  const before = await clientsOf(doors)
  // A connection's id begins with its worker, and that one's process.
  await gateway.log.waitFor(/subscribe pushd 0-\d+:/)
  const [line = ''] = gateway.log.matching(/subscribe pushd 0-\d+:/)
  process.kill(Number(/pushd 0-(\d+):/.exec(line)?.[1]), 'SIGKILL')
  await before.pushd.raw.closed()
  await until(async () => (await isListening(pollPort)) && (await isListening(push.adminPort)), 'the doors of the node')
  const after = await clientsOf(doors)
  assert.equal(await msgbus.publish('/msgbus/room', 'again'), 204)
  await after.pushd.gets('again\n')
  assert.equal(await after.browser.next(), `text ${packet('again')}`)
  assert.match(await after.poll.closed(), /again$/)
  for (const client of [before.msgbus, after.msgbus, after.pushd.raw]) client.abort()
  for (const client of [before.pusud, before.browser, after.pusud, after.browser]) client.vanish()
})

/** The modules that the processes of a gateway have loaded, below `dist/proxy/` and the packages. */
async function loadedWith(config: Config): Promise<string[]> {
  const coverage = mkdtempSync(join(folder, 'loaded-'))
  process.env['NODE_V8_COVERAGE'] = coverage
  const gateway = await startGateway({ routes: ['* test'], config }).finally(
    () => delete process.env['NODE_V8_COVERAGE'],
  )
  await gateway.stop()
  return readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => /(?:proxy\/(?:doors|peers)|node_modules)\/(.*)$/.exec(url)?.[1] ?? '')
  })
}

test('the code of a door is loaded only when it is open', async () => {
  const closed = await loadedWith({})
  assert.ok(closed.includes('open-doors.js'), String(closed))
  const ofDoors = /^(?:msgbus|pushd|pusud|socket-push|sockjs|socket\.io|engine\.io|ws|yaml)\b/
  assert.deepEqual(
    closed.filter((path) => ofDoors.test(path)),
    [],
  )
  const [port = 0] = await freePorts(1)
  const opened = new Set((await loadedWith({ msgbus: { port } })).filter((path) => ofDoors.test(path)))
  assert.ok(opened.has('msgbus/msgbus.js'))
  assert.deepEqual(
    [...opened].filter((path) => !path.startsWith('msgbus/')),
    [],
  )
})
