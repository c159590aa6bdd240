import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startPushd } from '../support/pushd.ts'
import { memoryOf } from '../support/process-tree.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'

const { gateway, connect } = await startPushd(
  { session_timeout: 1, line_max: 1024, history_size: 10 },
  { config: { proxy: { client_queue_max: 65_536 } }, workers: 2 },
)
const patient = await startPushd({ session_timeout: 0 })
const strict = await startPushd({ session_timeout: 1, compat: 'strict', listen_backlog: 65_535 })
const locked = await startPushd({ need_auth: true })

test('a subscriber that stops reading is cut, and delays nobody', async () => {
  const [slow, fast, publisher] = [await patient.connect(), await patient.connect(), await patient.connect()]
  await slow.asks('sub flood\n', 'SUBSCRIBED flood\n')
  await fast.asks('sub flood\n', 'SUBSCRIBED flood\n')
  slow.raw.socket.pause()
  const block = 'x'.repeat(60_000)
  let published = 0
  await until(
    async () => {
      // Each message arrives before the next is sent, while the other client takes nothing.
      await publisher.asks(`pub flood ${block}${++published}\n`, 'PUBLISHED\n')
      await fast.gets(`${block}${published}\n`)
      return patient.gateway.log.matching(/pushd \S+: client too slow, cut with \d+ bytes waiting$/).length > 0
    },
    () => `the slow client to be cut after ${published} messages`,
    30_000,
  )
  slow.raw.socket.resume()
  await slow.raw.closed()
  await fast.hasNothingElse()
})

test('a client that does not read its answers does not have them pile up', async () => {
  const harm = watchHarm(patient.gateway)
  const a = await patient.connect()
  const message = 'x'.repeat(50_000)
  for (let i = 0; i < 20; i++) await a.asks(`pub large ${message}\n`, 'PUBLISHED\n')
  const [worker = 0] = patient.gateway.workerPids()
  const before = memoryOf(worker).now
  a.raw.socket.pause()
  // Each is answered with 1 MB.
  a.send('his large 0\n'.repeat(1000))
  const b = await patient.connect()
  for (let i = 0; i < 50; i++) await b.hasNothingElse()
  const { peak } = memoryOf(worker)
  assert.ok(peak - before < 200_000_000, `${before} bytes, then ${peak}`)
  a.raw.abort()
  await harm()
})

test('what cannot work as configured is warned about at the start', async () => {
  await locked.gateway.log.waitFor(/\[WARN\] .*pushd: need_auth without apps_file lets nobody in$/)
  const limit = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  const warnings = strict.gateway.log.matching(/\[WARN\] .*pushd: listen_backlog is 65535, but the system allows \d+ /)
  assert.equal(warnings.length, limit < 65_535 ? 1 : 0)
  assert.deepEqual(strict.gateway.log.matching(/everybody who reaches/), [])
})

test('a line that is too long is answered once, and the next one is a command', async () => {
  const a = await connect()
  await a.asks(`pub x ${'y'.repeat(200_000)}\nping\n`, 'Line too long\npong\n')
  await a.asks('z'.repeat(5000), 'Line too long\n')
  await a.asks('\nping\n', 'pong\n')
})

test('a frame that is too long, or makes no sense, ends its connection', async () => {
  for (const bytes of ['\0\x01\0\0x', '\0\0\x10\0\0', '\0\0\0\x08\0\0\0\xffping', '\0\0\0\x05\0\0\0\0x']) {
    const a = await connect()
    a.send(bytes)
    assert.equal(await a.raw.closed(), '')
  }
})

test('a connection has at most 1000 channels', async () => {
  const a = await patient.connect()
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`)
  await a.asks(names.map((name) => `sub ${name}\n`).join(''), names.map((name) => `SUBSCRIBED ${name}\n`).join(''))
  await a.asks('sub c1000\n', 'Too many channels\n')
  await a.asks('unsub c0\nsub c1000\n', 'UNSUBSCRIBED c0\nSUBSCRIBED c1000\n')
})

test('who says nothing is cut, but not a subscriber; with compat=strict a subscriber, too', async () => {
  const [subscriber, silent, dripping] = [await connect(), await connect(), await connect()]
  const old = await strict.connect()
  await subscriber.asks('sub idle\n', 'SUBSCRIBED idle\n')
  await old.asks('sub idle\n', 'SUBSCRIBED idle\n')
  // Not enough to tell what it speaks.
  dripping.send('\0')
  await silent.raw.closed()
  await dripping.raw.closed()
  await old.raw.closed()
  await (await connect()).asks('pub idle still there\n', 'PUBLISHED\n')
  await subscriber.gets('still there\n')
})

test('random bytes harm nobody', async () => {
  const harm = watchHarm(patient.gateway)
  let seed = 20_150_315
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648)
  const words = ['sub ', 'pub ', 'his ', 'auth ', 'gettoken', '\n', '\0\0\0\x04', ' ', 'x', '\r', '\xff']
  const a = await patient.connect()
  await a.asks('sub bystander\n', 'SUBSCRIBED bystander\n')
  for (let round = 0; round < 60; round++) {
    const b = await patient.connect()
    const bytes = Buffer.concat(
      Array.from({ length: 200 }, () =>
        random() % 3 === 0
          ? Buffer.of((random() >> 8) % 256)
          : Buffer.from(words[(random() >> 8) % words.length] ?? '', 'latin1'),
      ),
    )
    b.send(round % 2 === 0 ? bytes : Buffer.concat([Buffer.of(0, 0, 0, round, round % 3), bytes]))
    b.raw.finish()
    await b.raw.closed()
  }
  await a.asks('pub bystander fine\n', 'fine\nPUBLISHED\n')
  await harm()
})

test('after its worker was killed the door is open again', async () => {
  const a = await connect()
  await a.asks('sub again\n', 'SUBSCRIBED again\n')
  for (const pid of gateway.workerPids()) process.kill(pid, 'SIGKILL')
  await a.raw.closed()
  await until(async () => {
    try {
      const b = await connect()
      await b.asks('sub again\n', 'SUBSCRIBED again\n')
      await b.asks('pub again hello\n', 'hello\nPUBLISHED\n')
      return true
    } catch {
      return false
    }
  }, 'the door to be open')
})

test('while the handler is gone a publisher is told so, and a subscriber stays', async () => {
  const a = await patient.connect()
  await a.asks('sub survives\n', 'SUBSCRIBED survives\n')
  const workers = patient.gateway.workerPids()
  const handler = patient.gateway.pids().find((pid) => !workers.includes(pid))
  process.kill(handler ?? 0, 'SIGKILL')
  const b = await patient.connect()
  let refused = 0
  await until(async () => {
    b.send('pub survives hello\n')
    const answer = await b.line()
    if (answer === 'Service unavailable') refused++
    return answer === 'PUBLISHED'
  }, 'a publish to be taken again')
  assert.ok(refused > 0)
  await a.gets('hello\n')
})
