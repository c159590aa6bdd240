import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { Command } from '../support/command.ts'
import { freePorts } from '../support/free-ports.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import { needs } from '../support/programs.ts'
import { RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { answer, stream } from './origin-answer.ts'

const backend = await startBackend()
const [tlsPort = 0] = await freePorts(1)
const files = await writeGatewayFiles(`* 127.0.0.1:${backend.port}\n`, 1, {
  runner: {
    https_ports: `127.0.0.1:${tlsPort}`,
    local_ports: '{rundir}/clients.sock?mode=640, {rundir}/open.sock?mode=666',
  },
})
const directory = dirname(files.file)
const certificates = join(directory, 'runner', 'certs')
mkdirSync(certificates, { recursive: true })
const skip = needs('openssl')
if (skip === false) {
  makeCertificate('localhost', 'localhost')
  makeCertificate('_.example.com', '*.example.com')
  makeCertificate(`default_${tlsPort}`, 'fallback')
}
const gateway = new Command('shared/cli/pushpin.js', ['--config', files.file])
await gateway.shows(/\.\d{3} started$/)
after(async () => {
  gateway.signal('SIGTERM')
  await gateway.ended()
  await backend.stop()
  await files.remove()
})

function makeCertificate(file: string, name: string): void {
  const path = join(certificates, file)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${path}.key`]
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', `${path}.crt`, '-days', '2', ...names], { stdio: 'pipe' })
}

async function tlsClient(servername: string, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const socket = connectTls({ port: tlsPort, host: '127.0.0.1', servername, maxVersion, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return { client: new RawClient(socket), name: String(socket.getPeerCertificate().subject.CN), socket }
}

test('TLS clients are served with the certificate of the name they ask for', { skip }, async () => {
  for (const [asked, expected] of [
    ['localhost', 'localhost'],
    ['LOCALHOST', 'localhost'],
    ['a.example.com', '*.example.com'],
    ['other.example', 'fallback'],
    ['', 'fallback'],
  ] as const) {
    const { client, name } = await tlsClient(asked)
    assert.equal(name, expected, asked)
    client.abort()
  }
})

test('a certificate that a client trusts is verified', { skip }, async () => {
  const ca = readFileSync(join(certificates, 'localhost.crt'))
  const socket = connectTls({ port: tlsPort, host: '127.0.0.1', servername: 'localhost', ca })
  await once(socket, 'secureConnect')
  assert.ok(socket.authorized)
  socket.destroy()
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a stream is held and delivered over ${version}`, { skip }, async () => {
    backend.reset()
    backend.answer(stream('tls', [], 'first'))
    const { client, socket } = await tlsClient('localhost', version)
    assert.equal(socket.getProtocol(), version)
    client.send(get('/secure'))
    await client.until('first')
    assert.deepEqual((await backend.next()).values('x-forwarded-proto'), ['https'])
    await gateway.shows(/subscribe https:\/\/localhost\/secure channel=tls$/)
    const items = [{ channel: 'tls', formats: { 'http-stream': { content: 'published' } } }]
    await fetch(`http://127.0.0.1:${files.publishPort}/publish/`, { method: 'POST', body: JSON.stringify({ items }) })
    await client.until('published')
    client.abort()
  })
}

async function publish(channel: string, format: object): Promise<void> {
  const items = [{ channel, formats: { 'http-stream': format } }]
  await fetch(`http://127.0.0.1:${files.publishPort}/publish/`, { method: 'POST', body: JSON.stringify({ items }) })
}

test('a connection over TLS is used again after a stream, and what came during it is not lost', { skip }, async () => {
  backend.script = {
    whole: (target, { line }) => void target.write(line.includes('/tls') ? stream('tls-again') : answer([], line)),
  }
  const { client } = await tlsClient('localhost')
  for (let times = 0; times < 20; times++) {
    client.send(get('/tls'))
    const mark = `<${times}>`
    await until(async () => {
      await publish('tls-again', { content: mark })
      return client.pending.includes(mark)
    }, mark)
    // More than a TLS connection takes at once, to a client that does not read meanwhile.
    if (times === 10) client.socket.pause()
    if (times === 10)
      for (let items = 0; items < 8; items++) await publish('tls-again', { content: 'y'.repeat(900_000) })
    client.send(get('/during') + get('/split').slice(0, -7))
    await publish('tls-again', { action: 'close' })
    client.send(get('/split').slice(-7))
    client.socket.resume()
    assert.match((await client.response()).body, /(<\d+>|y)$/)
    assert.equal((await client.response()).body, 'GET /during HTTP/1.1')
    assert.equal((await client.response()).body, 'GET /split HTTP/1.1')
  }
  client.abort()
})

test('a Unix socket has the mode that was configured, and serves clients', async () => {
  for (const [name, mode] of [
    ['clients.sock', 0o640],
    ['open.sock', 0o666],
  ] as const) {
    const path = join(directory, name)
    assert.equal(statSync(path).mode & 0o777, mode)
    backend.reset()
    const socket = connect(path)
    await once(socket, 'connect')
    const client = new RawClient(socket)
    client.send(get('/local'))
    assert.equal((await client.response()).body, 'ok')
    client.send(get('/again'))
    assert.equal((await client.response()).body, 'ok')
    client.abort()
  }
})
