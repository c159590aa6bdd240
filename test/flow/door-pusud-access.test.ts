import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from '../support/command.ts'
import { freePorts } from '../support/free-ports.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import { authorized, greeted, refused, startPusud, subscribe } from '../support/pusud.ts'
import { hs256Token } from '../support/token.ts'
import { until } from '../support/until.ts'

const directory = await mkdtemp(join(tmpdir(), 'pusud-'))
after(() => rm(directory, { recursive: true }))

const DENIED = '{"type":"permission_denied"}'
const FAILED = '{"type":"authorization_failed"}'

/** Publishes, and asks for a sign that this has been taken. */
async function publish(client: Awaited<ReturnType<typeof authorized>>, channel: string): Promise<void> {
  client.sendText(`{"type":"publish","channel":"${channel}","content":1}`)
  client.ping(channel)
  assert.equal(await client.next(), `pong ${channel}`)
}

async function yaml(name: string, lines: readonly string[]): Promise<string> {
  const file = join(directory, name)
  await writeFile(file, lines.join('\n'))
  return file
}

test('a password gives its channels, in either form of the settings file, and reading by default', async () => {
  const common = [
    'authenticator: PasswordAuthenticator',
    'client_port: 55000',
    'allow_read_by_default: true',
    'passwords:',
  ]
  const map = await yaml('map.yaml', [...common, '  Password1: [valid.*, channels.*]'])
  const list = await yaml('list.yaml', [
    ...common,
    '  - Password1:',
    '    - valid.*',
    '    - channels.*',
    '  - 2: ["*"]',
  ])
  for (const settings_file of [map, list]) {
    const { gateway, port } = await startPusud({ settings_file })
    const client = await authorized(port, 'Password1')
    await publish(client, 'valid.1')
    await publish(client, 'channels.z')
    await subscribe(client, 'other')
    client.sendText('{"type":"publish","channel":"other"}')
    await refused(client, DENIED, '1008 permission denied')
    const wrong = await greeted(port)
    wrong.sendText('{"type":"authorize","authorization":"nope"}')
    await refused(wrong, FAILED, '1008 authorization failed')
    await gateway.stop()
  }
})

test('passwords come from a file, plain or hashed, and are read again on SIGHUP', async () => {
  const file = join(directory, 'passwords')
  // printf %s hashed | sha256sum
  const hashed = 'sha256:1a06df824ed741b53c785079a6347f00eec5af82f9850775409ca69dff4068a6'
  await writeFile(file, `# comment\nP1 exact  pre.*\n${hashed} *\n`)
  const { gateway, port } = await startPusud({
    authenticator: 'PasswordAuthenticator',
    passwords_file: file,
    allowed_channels: 'exact,exactly.this,pre.*',
  })
  await subscribe(await authorized(port, 'hashed'), 'exact')
  const client = await authorized(port, 'P1')
  await subscribe(client, 'exact')
  await subscribe(client, 'pre.1')
  client.sendText('{"type":"subscribe","channel":"exactly.this"}')
  await refused(client, DENIED, '1008 permission denied')

  const stays = await authorized(port, 'P1')
  await writeFile(file, 'P2 *\n')
  gateway.signal('SIGHUP')
  await until(async () => {
    const other = await greeted(port)
    other.sendText('{"type":"authorize","authorization":"P2"}')
    const answer = await other.next()
    if (answer !== 'text {"type":"authorization_ok"}') return false
    // Whatever a password is for, nobody gets a channel that is not allowed.
    other.sendText('{"type":"subscribe","channel":"outside"}')
    await refused(other, DENIED, '1008 permission denied')
    return true
  }, 'the new password to count')
  await subscribe(stays, 'exact')
  await writeFile(file, `sha256:short *\n`)
  gateway.signal('SIGHUP')
  await gateway.log.waitFor(
    /pusud: settings stay as they were: a hashed password must be sha256: and 64 hexadecimal digits$/,
  )
  await authorized(port, 'P2')
})

function unsigned(header: object, claims: object): string {
  return `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

test('a token gives what its claims say, until it expires', async () => {
  const { port } = await startPusud({
    authenticator: 'JWT',
    jwt_verification_key: 'secret',
    jwt_signing_algorithms: 'HS256',
  })
  const now = Date.now() / 1000
  const reader = await authorized(port, hs256Token({ exp: now + 60, read: ['r.*'] }, 'secret'))
  await subscribe(reader, 'r.1')
  reader.sendText('{"type":"publish","channel":"r.1"}')
  await refused(reader, DENIED, '1008 permission denied')

  const writer = await authorized(port, hs256Token({ exp: now + 60, write: ['w'] }, 'secret'))
  await publish(writer, 'w')
  // Permissions add up.
  const more = hs256Token({ exp: Date.now() / 1000 + 2, read: ['w'] }, 'secret')
  writer.sendText(JSON.stringify({ type: 'authorize', authorization: more }))
  assert.equal(await writer.next(), 'text {"type":"authorization_ok"}')
  await subscribe(writer, 'w')
  await refused(writer, DENIED, '1008 permission expired')

  for (const bad of [
    hs256Token({ exp: now + 60, read: ['*'] }, 'other secret'),
    hs256Token({ exp: now - 1, read: ['*'] }, 'secret'),
    hs256Token({ read: ['*'] }, 'secret'),
    hs256Token({ exp: now + 60, nbf: now + 50, read: ['*'] }, 'secret'),
    hs256Token({ exp: now + 60, read: [], write: [] }, 'secret'),
    hs256Token({ exp: now + 60, read: '*' }, 'secret'),
    unsigned({ alg: 'none' }, { exp: now + 60, read: ['*'] }),
    unsigned({ alg: ['HS256'] }, { exp: now + 60, read: ['*'] }),
    hs256Token({ exp: now + 60, read: ['*'] }, ''),
    hs256Token([], 'secret'),
    'null.null.',
    '..',
    '',
    'foo',
  ]) {
    const client = await greeted(port)
    client.sendText(JSON.stringify({ type: 'authorize', authorization: bad }))
    await refused(client, FAILED, '1008 authorization failed')
  }
})

test('a service is asked what an authorization is worth', async () => {
  const asked: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    req.on('end', () => {
      const { authorization } = JSON.parse(body) as { authorization: string }
      asked.push(`${req.method} ${req.url} ${req.headers['content-type']} ${authorization}`)
      if (authorization === 'good') res.end('{"read":["a"],"write":["a"]}')
      else if (authorization === 'silent') req.socket.destroy()
      else if (authorization === 'odd') res.end('not json')
      else if (authorization === 'long') res.end(' '.repeat(70_000))
      else res.writeHead(authorization === 'bad' ? 403 : 500).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth?x=1`
  const { gateway, port } = await startPusud({ authenticator: 'HTTP', http_url: url })
  const client = await authorized(port, 'good')
  // What it says while it waits is done afterwards.
  client.sendText('{"type":"authorize","authorization":"good"}')
  client.sendText('{"type":"subscribe","channel":"a"}')
  assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  assert.equal(await client.next(), 'text {"type":"subscribe_ok","channel":"a"}')
  assert.deepEqual(asked, Array(2).fill('POST /auth?x=1 application/json good'))

  const bad = await greeted(port)
  bad.sendText('{"type":"authorize","authorization":"bad"}')
  await refused(bad, FAILED, '1008 authorization failed')
  for (const authorization of ['silent', 'odd', 'long', 'error']) {
    const other = await greeted(port)
    other.sendText(JSON.stringify({ type: 'authorize', authorization }))
    assert.equal(await other.next(), 'close 1013 authorization unavailable')
    other.vanish()
  }
  await gateway.log.waitFor(/\[WARN\] .*pusud: authenticator HTTP: the answer's status is 500$/)
})

const failures: [what: string, section: Record<string, string>, error: RegExp][] = [
  ['no authenticator', {}, /\[pusud\] needs authenticator or settings_file/],
  [
    'a settings file that is missing',
    { settings_file: '/nowhere/settings.yaml' },
    /failed to open \/nowhere\/settings.yaml \(ENOENT\)/,
  ],
  [
    'both',
    { settings_file: '/nowhere', authenticator: 'None' },
    /settings_file and authenticator in \[pusud\] exclude each other/,
  ],
  ['no key', { authenticator: 'JWT' }, /jwt_verification_key is missing/],
  ['no URL', { authenticator: 'HTTP' }, /http_url must be an http:\/\/ or https:\/\/ URL/],
]

for (const [what, section, error] of failures) {
  test(`the gateway does not start with ${what}`, async () => {
    const [port = 0] = await freePorts(1)
    const files = await writeGatewayFiles('* test', 1, { pusud: { port, ...section } })
    const command = new Command('shared/cli/pushpin.js', ['--config', files.file])
    assert.deepEqual(await command.ended(), { code: 1, signal: null })
    assert.match(command.err.toString(), error)
    await files.remove()
  })
}

test('without access control the start warns', async () => {
  const { gateway } = await startPusud({ authenticator: 'None' })
  await gateway.log.waitFor(/\[WARN\] .*pusud: authenticator None lets every client read and publish$/)
})
