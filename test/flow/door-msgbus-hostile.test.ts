import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { freePorts } from '../support/free-ports.ts'
import { startMsgbus } from '../support/msgbus.ts'
import { needs } from '../support/programs.ts'
import { RawClient } from '../support/raw-client.ts'
import { LIMIT, until } from '../support/until.ts'

const TYPE = 'Content-Type: text/plain'

test('a subscriber that stops reading is cut, and delays nobody', async () => {
  const { gateway, door } = await startMsgbus({ config: { proxy: { client_queue_max: 65_536 } } })
  after(() => gateway.stop())
  const slow = await door.subscriber('/msgbus/flood', '1.1')
  slow.socket.pause()
  const fast = await door.subscriber('/msgbus/flood')
  const block = 'x'.repeat(100_000)
  let published = 0
  await until(
    async () => {
      const end = `<${++published}>`
      await door.publish('/msgbus/flood', block + end)
      await fast.until(end)
      return gateway.log.matching(/client too slow/).length > 0
    },
    () => `the slow one to be cut after ${published} messages:\n${gateway.log.toString()}`,
    3 * LIMIT,
  )
  assert.match(
    gateway.log.matching(/client too slow/)[0] ?? '',
    /^\[WARN\] .*msgbus 127\.0\.0\.1 channel=flood: client too slow, cut with \d+ bytes waiting$/,
  )
  slow.socket.resume()
  await slow.closed()
  await door.publish('/msgbus/flood', 'after')
  await fast.until('after--00MsgBus00\n')
  fast.abort()
})

test('garbage, and requests cut at every byte, reach nobody and end nothing else', async () => {
  const { gateway, door } = await startMsgbus()
  after(() => gateway.stop())
  const subscriber = await door.subscriber('/msgbus/')
  const request = `POST /msgbus/cut HTTP/1.1\r\nHost: x\r\n${TYPE}\r\nContent-Length: 4\r\n\r\nbody`
  for (let length = 1; length < request.length; length++) {
    const client = await door.client(request.slice(0, length))
    client.finish()
    await client.closed()
  }
  // A generator of random numbers with a seed, so that a failure can be repeated.
  let state = 7
  const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(Array.from({ length: 1 + random() * 300 }, () => random() * 256))
    const begin = ['', 'GET /msgbus/', 'POST /msgbus/x HTTP/1.1\r\nHost: x\r\n', 'GET %2Fmsgbus%2F'][i % 4] ?? ''
    const client = await door.client(begin + bytes.toString('latin1'))
    client.finish()
    await client.closed()
  }
  for (const query of ['?type=%', '?type', '?type=&sender=%FF', `?type=${'*a'.repeat(3000)}b`, '?&&==&']) {
    const client = await door.subscriber(`/msgbus/patterns${query}`)
    assert.equal(await door.publish('/msgbus/patterns', 'x', [`Content-Type: ${'a'.repeat(255)}`]), 204)
    client.abort()
  }
  await door.publish('/msgbus/whole', 'end')
  const got = await subscriber.until('end--00MsgBus00\n')
  assert.ok(!got.includes('/msgbus/cut'), 'no half message')
  assert.deepEqual(gateway.log.matching(/^\[ERR/), [])
  subscriber.abort()
})

test('while the handler is gone a publisher is told that nothing was published; subscribers stay', async () => {
  const { gateway, door } = await startMsgbus()
  after(() => gateway.stop())
  const subscriber = await door.subscriber('/msgbus/a')
  const handler = gateway.pids().find((pid) => !gateway.workerPids().includes(pid))
  assert.ok(handler !== undefined)
  process.kill(handler, 'SIGKILL')
  let refused = 0
  let sent = 0
  await until(async () => {
    const answer = await door.ask(
      'POST',
      '/msgbus/a',
      [TYPE, 'Content-Length: 4'],
      `<${String(++sent).padStart(2, '0')}>`,
    )
    if (answer.code === 503) {
      refused++
      assert.deepEqual(answer.values('retry-after'), ['1'])
    }
    return answer.code === 204 && refused > 0 && subscriber.pending.includes(`<${String(sent).padStart(2, '0')}>`)
  }, 'a message after the refused ones')
  subscriber.abort()
})

test('when a worker is killed, the subscribers of the other one stay', async () => {
  const { gateway, door } = await startMsgbus({ workers: 2 })
  after(() => gateway.stop())
  const subscribers: RawClient[] = []
  for (let i = 0; i < 40; i++) subscribers.push(await door.subscriber('/msgbus/a'))
  process.kill(gateway.workerPids()[0] ?? 0, 'SIGKILL')
  await until(() => subscribers.some(({ ended }) => ended), 'the end of some')
  await door.publish('/msgbus/a', 'after')
  const left = subscribers.filter(({ ended }) => !ended)
  assert.ok(left.length > 0)
  for (const subscriber of left) await subscriber.until('after--00MsgBus00\n')
  for (const subscriber of subscribers) subscriber.abort()
})

test('the same over TLS; the certificate is read again on SIGHUP', { skip: needs('openssl') }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mb-'))
  const file = join(folder, 'pem')
  certify(file, 'one')
  const [ssl_port = 0] = await freePorts(1)
  const { gateway, door } = await startMsgbus({ keys: { ssl_port, cert_file: file } })
  after(async () => {
    await gateway.stop()
    rmSync(folder, { recursive: true })
  })
  const open = async () => {
    const socket = connect({ port: ssl_port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return { name: socket.getPeerCertificate().subject.CN, client: new RawClient(socket) }
  }
  const { name, client } = await open()
  assert.equal(name, 'one')
  client.send('GET /msgbus/ HTTP/1.0\r\n\r\n')
  await client.until('--00MsgBus00\n')
  certify(file, 'two')
  gateway.signal('SIGHUP')
  await until(async () => {
    const other = await open()
    other.client.abort()
    return other.name === 'two'
  }, 'the new certificate')
  await door.publish('/msgbus/secure', 'hello')
  await client.until(
    'Content-Location: /msgbus/secure\nContent-Type: text/plain\nContent-Length: 5\n\nhello--00MsgBus00\n',
  )
  client.abort()
})

/** Writes certificate and key to one file. */
function certify(file: string, name: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${file}.key`]
  const pem = execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`], { stdio: 'pipe' })
  writeFileSync(file, Buffer.concat([pem, execFileSync('cat', [`${file}.key`])]))
}
