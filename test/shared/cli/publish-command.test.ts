import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Pull } from 'zeromq'
import type { HttpApi } from '../../../handler/receive/http-api.ts'
import { FakeInbox } from '../../handler/receive/fakes.ts'
import { startPublishApi } from '../../handler/receive/publish-api.ts'

const COMMAND = fileURLToPath(new URL('../../../shared/cli/pushpin-publish.js', import.meta.url))

let inbox: FakeInbox
let api: HttpApi
let url: string
let directory: string

before(async () => {
  api = await startPublishApi(() => inbox)
  url = `http://127.0.0.1:${api.port}`
  directory = await mkdtemp(join(tmpdir(), 'pushpin-publish-'))
})
after(async () => {
  await api.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  inbox = new FakeInbox()
})

interface Ended {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

function publish(args: readonly string[], gripUrl = url): Promise<Ended> {
  const options = { env: { ...process.env, GRIP_URL: gripUrl } }
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr })
    })
  })
}

const PUBLISHED = { code: 0, stdout: 'Published\n', stderr: '' }

test('publishes over HTTP to GRIP_URL, whatever else that carries', async () => {
  assert.deepEqual(await publish(['test', 'hello'], `${url}/?iss=me&key=secret&verify-iss=x&verify-key=y`), PUBLISHED)
  const [item] = inbox.items
  assert.equal(item?.channel, 'test')
  assert.deepEqual(item.httpStream, { action: 'send', content: Buffer.from('hello\n'), contentFilters: undefined })
})

test('--spec wins over GRIP_URL', async () => {
  assert.deepEqual(await publish(['test', 'hello', '--spec', url], 'http://127.0.0.1:9'), PUBLISHED)
})

test('publishes with every option', async () => {
  const options = '--id 2 --prev-id 1 --sender me --code 201 -M a=b --no-seq --no-eol'.split(' ')
  assert.deepEqual(await publish(['test', 'hello', ...options, '-H', 'A: b', '--header', 'C: d']), PUBLISHED)
  const [item] = inbox.items
  assert.deepEqual([item?.id, item?.prevId, item?.noSeq, { ...item?.meta }], ['2', '1', true, { a: 'b', sender: 'me' }])
  const response = item?.httpResponse
  assert.ok(response?.action === 'send')
  assert.equal(response.code, 201)
  assert.deepEqual(response.headers, [
    ['A', 'b'],
    ['C', 'd'],
  ])
  assert.deepEqual(response.body, Buffer.from('hello'))
})

test('publishes the bytes of a file', async () => {
  const file = join(directory, 'bytes')
  await writeFile(file, Buffer.from([0, 255]))
  assert.deepEqual(await publish(['test', `@${file}`]), PUBLISHED)
  const message = inbox.items[0]?.wsMessage
  assert.ok(message?.action === 'send')
  assert.equal(message.type, 'binary')
  assert.deepEqual(message.content, Buffer.from([0, 255]))
})

test('pushes a tnetstring to a ZeroMQ spec', async () => {
  const pull = new Pull({ linger: 0, receiveTimeout: 10_000 })
  await pull.bind('tcp://127.0.0.1:*')
  const [ended, [message]] = await Promise.all([
    publish(['test', 'hello', '--spec', pull.lastEndpoint ?? '']),
    pull.receive(),
  ])
  pull.close()
  assert.deepEqual(ended, PUBLISHED)
  const formats =
    '13:http-response,29:4:code,3:200#4:body,6:hello\n,}11:http-stream,19:7:content,6:hello\n,}10:ws-message,18:7:content,5:hello,}'
  assert.equal(String(message), `156:7:channel,4:test,7:formats,124:${formats}}}`)
})

test('a large message has left when the command ends', async () => {
  const file = join(directory, 'large')
  await writeFile(file, Buffer.alloc(10_000_000, 'x'))
  const pull = new Pull({ linger: 0, receiveTimeout: 10_000 })
  await pull.bind(`ipc://${join(directory, 'pull')}`)
  const [ended, [message]] = await Promise.all([
    publish(['test', `@${file}`, '--spec', pull.lastEndpoint ?? '']),
    pull.receive(),
  ])
  pull.close()
  assert.deepEqual(ended, PUBLISHED)
  assert.ok(message !== undefined && message.length > 30_000_000)
})

test('tells what the server said', async () => {
  inbox.full = true
  const stderr = 'Error: Too much waits to be delivered, nothing was published.\n'
  assert.deepEqual(await publish(['test', 'hello']), { code: 1, stdout: '', stderr })
})

for (const [args, message] of [
  [['test'], 'must specify content'],
  [['test', 'x', '--code', '1000'], 'code must be an integer between 0 and 999'],
  [['test', 'x', '-u', 'a:b'], 'Authentication requires https'],
  [['test', '@/does/not/exist'], "can't read file /does/not/exist: no such file or directory"],
  [['test', 'x', '--spec', 'nonsense'], 'invalid URL'],
  [[], "missing required argument 'channel'"],
  [['test', 'x', '--unknown'], "unknown option '--unknown'"],
] as const) {
  test(`${args.join(' ') || 'no argument'}: ${message}`, async () => {
    assert.deepEqual(await publish(args), { code: 1, stdout: '', stderr: `Error: ${message}\n` })
  })
}

test('an unreachable server is told', async () => {
  const gone = await startPublishApi(() => inbox, 1000)
  await gone.close()
  const { code, stderr } = await publish(['test', 'x'], `http://127.0.0.1:${gone.port}`)
  assert.equal(code, 1)
  assert.equal(
    stderr,
    `Error: can't publish to http://127.0.0.1:${gone.port}: connect ECONNREFUSED 127.0.0.1:${gone.port}\n`,
  )
})

test('--version tells name and version', async () => {
  const { code, stdout } = await publish(['--version'])
  assert.equal(code, 0)
  assert.match(stdout, /^pushpin-publish \d+\.\d+\.\d+\n$/)
})
