import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { Command } from '../support/command.ts'
import { freePorts } from '../support/free-ports.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { handshake, MASK } from '../support/websocket-client.ts'
import { WebSocketPeer } from '../support/websocket-peer.ts'

const skip = needs('openssl')
const [port = 0] = await freePorts(1)
const files = await writeGatewayFiles('* test\nraw.example,no_grip test\n', 1, {
  runner: { https_ports: `127.0.0.1:${port}` },
})
if (skip === false) makeCertificate(join(dirname(files.file), 'runner', 'certs'))
const gateway = new Command('shared/cli/pushpin.js', ['--config', files.file])
await gateway.shows(/\.\d{3} started$/)
after(async () => {
  gateway.signal('SIGTERM')
  await gateway.ended()
  await files.remove()
})

function makeCertificate(directory: string): void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `default_${port}`)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${path}.key`]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', `${path}.crt`, '-days', '2', '-subj', '/CN=a'], {
    stdio: 'pipe',
  })
}

/** A WebSocket over TLS to the test target. */
async function open(host: string): Promise<WebSocketPeer> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  socket.write(handshake('/ws?channel=room', { host }))
  let head = Buffer.of()
  const peer = new WebSocketPeer(socket, MASK)
  await new Promise<void>((resolve) => {
    const onData = (piece: Buffer): void => {
      head = Buffer.concat([head, piece])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      socket.off('data', onData)
      socket.on('data', (bytes: Buffer) => peer.read(bytes))
      peer.read(head.subarray(end + 4))
      resolve()
    }
    socket.on('data', onData)
  })
  assert.match(head.toString('latin1'), /^HTTP\/1\.1 101 /)
  return peer
}

for (const host of ['grip.example', 'raw.example']) {
  test(`a WebSocket over TLS works as any other (${host})`, { skip }, async () => {
    const client = await open(host)
    client.sendText('hello')
    assert.equal(await client.next(), 'text hello')
    client.ping('p')
    assert.equal(await client.next(), 'ping p')
    const large = Buffer.alloc(3_000_000, 'x')
    client.sendBinary(large)
    assert.deepEqual((await client.nextMessage()).payload, large)
    client.close(3000, 'bye')
    assert.equal(await client.next(), 'close 3000 bye')
    await until(() => client.ended, 'the end')
  })

  test(`one that does not read, and then reads all, gets all (${host})`, { skip }, async () => {
    const client = await open(host)
    client.socket.pause()
    const SIZE = 1_000_000
    const COUNT = 30
    for (let at = 0; at < COUNT; at++) client.sendBinary(Buffer.alloc(SIZE))
    let before = -1
    await until(() => {
      const isSame = before === client.socket.writableLength
      before = client.socket.writableLength
      return isSame
    }, 'an end of what is taken')
    let received = 0
    client.tell(({ payload }) => (received += payload.length))
    client.socket.resume()
    await until(
      () => received === SIZE * COUNT,
      () => `${SIZE * COUNT} bytes; ${received} came`,
    )
    client.vanish()
  })
}

test('no error was logged meanwhile', { skip }, () => {
  assert.deepEqual(gateway.out.matching(/\[ERR\]/), [])
})
