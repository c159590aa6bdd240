import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { needs } from '../support/programs.ts'
import { ask } from '../support/raw-client.ts'
import { packet, PollingClient, startSocketPush } from '../support/socket-push.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'
import { openWebSocket } from '../support/websocket-client.ts'

const NOT_AUTHORIZED = `~m~36~m~~j~{"error":"You're not authorized"}`

const push = await startSocketPush({ authentication_timeout_ms: 300, remove_user_timeout_ms: 0, auth_ttl: 1 }, {}, 2)

test('who does not authenticate in time is told so and closed', async () => {
  const client = await push.connect()
  assert.equal(await client.next(), `text ${NOT_AUTHORIZED}`)
  assert.equal(await client.next(), 'close 1000')
  client.vanish()
  const polling = await PollingClient.connect(push.port)
  assert.equal(await polling.poll(), NOT_AUTHORIZED)
  await polling.cut()
})

test('a session id counts for a while, and an authenticated client stays', async () => {
  const client = await push.connectAs(1)
  assert.equal((await push.call('/auth/check/test1'))[1], '1')
  await until(async () => (await push.call('/auth/check/test1'))[1] === 'Authorization failed', 'the end of the id')
  await push.call('/user/publish/1/%22hi%22')
  assert.equal(await client.next(), 'text ~m~2~m~hi')
  client.vanish()
})

test('without a grace time subscriptions end with the last connection', async () => {
  const client = await push.connectAs(2)
  await push.call('/channel/subscribe/2/brief')
  client.vanish()
  await until(async () => (await push.call('/channel/listAll'))[1] === '[]', 'the end of the subscription')
})

test('garbage harms nobody', async () => {
  const unharmed = watchHarm(push.gateway)
  const frame = (client: Awaited<ReturnType<typeof push.connect>>): Buffer =>
    client.bytesOf({ payload: packet('{"userId":3,"hash":"test3"}') })
  await push.call('/auth/set/3/test3')
  const whole = frame(await push.connect())
  for (let cut = 1; cut < whole.length; cut++) {
    const client = await push.connect()
    client.sendBytes(whole.subarray(0, cut))
    client.vanish()
  }
  const slow = await push.connect()
  await push.call('/auth/set/3/test3')
  for (const byte of whole) slow.sendBytes(Buffer.of(byte))
  assert.equal(await slow.next(), 'text ~m~29~m~~j~{"auth":"Authorized as 3"}')
  slow.vanish()
  for (const [payload, end] of [
    ['garbage', 'close 1002 not a packet'],
    ['~m~999999~m~x', 'close 1002 not a packet'],
    ['x'.repeat(70_000), 'close 1009 a message is larger than 65536 bytes'],
  ] as const) {
    const client = await push.connect()
    client.sendText(payload)
    assert.equal(await client.next(), end)
    client.vanish()
  }
  const binary = await push.connect()
  binary.sendBinary(Buffer.of(1))
  assert.equal(await binary.next(), 'close 1003 text only')
  binary.vanish()
  let seed = 1
  for (let i = 0; i < 50; i++) {
    const bytes = Buffer.from(Array.from({ length: 200 }, () => (seed = (seed * 48_271) % 2_147_483_647) & 255))
    const client = await openWebSocket(push.port, '/socket.io/websocket', { early: bytes })
    client.vanish()
    const eio = await openWebSocket(push.port, '/socket.io/?EIO=4&transport=websocket', { early: bytes })
    eio.vanish()
  }
  await unharmed()
})

test('a worker that dies takes the users with it, and the door opens again', async () => {
  const client = await push.connectAs(4)
  const [pid = 0] = push.gateway.workerPids()
  process.kill(pid, 'SIGKILL')
  await client.closed()
  await until(
    async () =>
      ask(push.adminPort, 'GET /user/listAll HTTP/1.1\r\nHost: a\r\n\r\n').then(
        ({ body }) => body === '[]',
        () => false,
      ),
    'the door to open again',
  )
  const again = await push.connectAs(4)
  await push.call('/user/publish/4/%22back%22')
  assert.equal(await again.next(), 'text ~m~4~m~back')
  again.vanish()
})

test('while the handler is away nobody is told that messages will come, and a publish is refused', async () => {
  const own = await startSocketPush({}, { proxy: { accept_timeout: 300 } })
  const client = await own.connectAs(5)
  const workers = own.gateway.workerPids()
  const handler = own.gateway.pids().find((pid) => !workers.includes(pid)) ?? 0
  process.kill(handler, 'SIGSTOP')
  const unavailable = ['HTTP/1.1 503 Service Unavailable', 'Service unavailable']
  assert.deepEqual(await own.call('/channel/subscribe/5/late'), unavailable)
  await own.call('/auth/set/6/test6')
  const late = await own.connect()
  late.sendText(packet('{"userId":6,"hash":"test6"}'))
  assert.equal(await late.next(), 'text ~m~34~m~~j~{"error":"Service unavailable"}')
  assert.equal(await late.next(), 'close 1000')
  late.vanish()
  process.kill(handler, 'SIGKILL')
  await until(async () => isDeepStrictEqual(await own.call('/user/publish/5/%22lost%22'), unavailable), 'a refusal')
  await until(async () => (await own.call('/user/publish/5/%22again%22'))[1] === 'null', 'the next handler')
  for (;;) {
    const text = await client.next()
    if (text === 'text ~m~5~m~again') break
    assert.equal(text, 'text ~m~4~m~lost')
  }
  client.vanish()
})

test('compat=strict splits arrays, and tells authenticated others what a user says', async () => {
  const strict = await startSocketPush({ compat: 'strict', authentication_timeout_ms: 0 })
  const [one, other, stranger] = [await strict.connectAs(1), await strict.connectAs(2), await strict.connect()]
  await strict.call('/user/publish/1/%5B%7B%22a%22%3A1%7D%2C%22two%22%5D')
  assert.equal(await one.next(), 'text ~m~10~m~~j~{"a":1}~m~3~m~two')
  one.sendText(packet('hello'))
  assert.equal(await other.next(), 'text ~m~28~m~~j~{"message":["1","hello"]}')
  for (const client of [one, stranger]) {
    client.ping('?')
    assert.equal(await client.next(), 'pong ?')
    client.vanish()
  }
  other.vanish()
})

test('browsers connect over TLS, with a certificate that is read again', { skip: needs('openssl') }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sp-'))
  after(() => rmSync(directory, { recursive: true }))
  const [cert_file, key_file] = [join(directory, 'a.crt'), join(directory, 'a.key')]
  const makeCertificate = (name: string): void => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key_file]
    execFileSync('openssl', ['req', '-x509', ...key, '-out', cert_file, '-days', '2', '-subj', `/CN=${name}`], {
      stdio: 'pipe',
    })
  }
  makeCertificate('first')
  const secure = await startSocketPush({ cert_file, key_file })
  const nameShown = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        socket.once('data', () => {
          resolve(socket.getPeerCertificate().subject.CN)
          socket.destroy()
        })
        socket.write('GET /socket.io/xhr-polling/ HTTP/1.1\r\nHost: a\r\n\r\n')
      })
    })
  assert.equal(await nameShown(), 'first')
  makeCertificate('second')
  secure.gateway.signal('SIGHUP')
  await until(async () => (await nameShown()) === 'second', 'the new certificate')
  rmSync(cert_file)
  secure.gateway.signal('SIGHUP')
  await secure.gateway.log.waitFor(/socket-push: the certificate stays as it was: ENOENT/)
  assert.equal(await nameShown(), 'second')
})

test('a stop tells clients that the gateway goes away', async () => {
  const own = await startSocketPush()
  const client = await own.connectAs(1)
  const stopped = own.gateway.stop()
  assert.equal(await client.next(), 'close 1001')
  await stopped
})

test('there is no more room for clients than client_maxconn', async () => {
  const own = await startSocketPush({}, { runner: { client_maxconn: 4 } })
  const clients = [await own.connect(), await own.connect()]
  const polling = [await PollingClient.connect(own.port), await PollingClient.connect(own.port)]
  for (const client of polling) client.leave()
  const paths = ['/socket.io/xhr-polling/', '/socket.io/htmlfile/', '/socket.io/?EIO=4&transport=polling']
  for (const path of paths) {
    let code = 0
    // Of the connections that the clients have closed, the gateway may still have some.
    await until(
      async () =>
        (code = await ask(own.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).then(
          (answer) => answer.code,
          () => 0,
        )) > 0,
      'an answer',
    )
    assert.ok(code === 503 || (path.includes('EIO') && code === 403), `${path} ${code}`)
  }
  // Those that there are go on.
  const [first] = polling
  const posted = await first?.post(packet('x'))
  assert.equal(posted?.body, 'ok')
  const { body } = await ask(own.port, `GET /socket.io/xhr-polling/${first?.sessionId}/1 HTTP/1.1\r\nHost: a\r\n\r\n`)
  assert.equal(body, '~m~26~m~~j~{"error":"Auth failed"}')
  for (const client of clients) client.vanish()
})

test('the client port of the gateway can be routed to the door', async () => {
  const own = await startSocketPush()
  const { gateway } = own
  await writeFile(gateway.routesFile, `*,path_beg=/socket.io/ 127.0.0.1:${own.port}\n`)
  await gateway.log.waitForMore(/routes loaded with/, 1)
  await own.call('/auth/set/20/test20')
  const client = await openWebSocket(gateway.port, '/socket.io/websocket')
  assert.match(await client.next(), /^text ~m~39~m~\d{39}$/)
  client.sendText(packet('{"userId":20,"hash":"test20"}'))
  assert.equal(await client.next(), 'text ~m~30~m~~j~{"auth":"Authorized as 20"}')
  const polling = await PollingClient.connect(gateway.port)
  assert.equal((await polling.post(packet('{"userId":20,"hash":"test20"}'))).body, 'ok')
  assert.equal(await polling.poll(), '~m~30~m~~j~{"auth":"Authorized as 20"}')
  await own.call('/user/publish/20/%22both%22')
  assert.equal(await client.next(), 'text ~m~4~m~both')
  assert.equal(await polling.poll(), '~m~4~m~both')
  client.vanish()
})
