import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startMsgbus } from '../../support/msgbus.ts'
import { until } from '../../support/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'mb-'))
const { gateway, door } = await startMsgbus({ keys: { trust_unverified_sender: true } })
const url = `http://localhost:${door.port}/msgbus`
const tools: Tool[] = []
after(async () => {
  for (const tool of tools) tool.kill()
  await gateway.stop()
  rmSync(folder, { recursive: true })
})

/** One of the tools, as a user starts it. */
class Tool {
  out = ''
  err = ''
  readonly #process: ChildProcess
  readonly #end: Promise<unknown[]>

  constructor(args: readonly string[], input?: string | Buffer) {
    const env = { ...process.env, USER: 'tester' }
    this.#process = spawn(process.execPath, [join('dist/shared/cli/msgbus.js'), ...args], { env })
    this.#process.stdout?.on('data', (bytes: Buffer) => (this.out += bytes.toString('latin1')))
    this.#process.stderr?.on('data', (bytes: Buffer) => (this.err += bytes.toString()))
    if (input !== undefined) this.#process.stdin?.end(input)
    this.#end = once(this.#process, 'close')
    tools.push(this)
  }

  async code(): Promise<unknown> {
    return (await this.#end)[0]
  }

  async shows(text: string | RegExp, where: 'out' | 'err' = 'out'): Promise<void> {
    await until(
      () => (typeof text === 'string' ? this[where].includes(text) : text.test(this[where])),
      () => `${text} in ${this.out}${this.err}`,
    )
  }

  type(text: string): void {
    this.#process.stdin?.write(text)
  }

  interrupt(): void {
    this.#process.kill('SIGINT')
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }
}

test('msgsend publishes its input, or a file, and says nothing', async () => {
  const subscriber = await door.subscriber('/msgbus/sent')
  const file = join(folder, 'file')
  writeFileSync(file, Buffer.of(0, 1, 255))
  const withPassword = url.replace('//', '//bob:p%40w@')
  for (const tool of [
    new Tool(['msgsend', `${url}/sent`], '<h1>hello</h1>\n'),
    new Tool(['msgsend', '-f', file, '-t', 'a/b', `${withPassword}/sent`]),
  ]) {
    assert.equal(await tool.code(), 0, tool.err)
    assert.equal(tool.out + tool.err, '')
  }
  const got = await subscriber.until('\xff--00MsgBus00\n')
  assert.ok(got.includes('Content-Type: text/html\nContent-Length: 15\n\n<h1>hello</h1>\n--00MsgBus00\n'))
  assert.ok(got.includes('From: bob\nContent-Type: a/b\nContent-Length: 3\n\n\0\x01\xff--00MsgBus00\n'))
  subscriber.abort()
})

test('msgsend ends with 1 when nothing was published, with 2 when it is called in a wrong way', async () => {
  const cases = [
    [['msgsend', '-t', '', `${url}/x`], 1, 'error: 400: Bad Request\n'],
    [['msgsend', 'http://127.0.0.1:1/msgbus/x'], 1, 'error: ECONNREFUSED\n'],
    [['msgsend', `${url.replace('/msgbus', '')}/x`], 1, /^error: invalid msgbus URL: http/],
    [['msgsend', '-f', join(folder, 'none'), `${url}/x`], 1, /^error: ENOENT/],
    [['msgsend'], 2, /missing required argument/],
    [['test-pub', '-z'], 1, /unknown option/],
  ] as const
  for (const [args, code, message] of cases) {
    const tool = new Tool(args, '')
    assert.equal(await tool.code(), code, args.join(' '))
    if (typeof message === 'string') assert.equal(tool.err, message)
    else assert.match(tool.err, message)
  }
})

test('msgdump shows all channels, and how many messages there were', async () => {
  const dump = new Tool(['msgdump', `${url}/`])
  const quiet = new Tool(['msgdump', '-q', '-t', 'text/*', '-s', 'jo*', `${url}/dumped`])
  await dump.shows(`subscribed to ${url}/\n`, 'err')
  await quiet.shows('subscribed to', 'err')
  const joe = 'Authorization: Basic am9lOng=' // joe:x
  await door.publish('/msgbus/dumped', '<h1>hello</h1>\n', ['Content-Type: text/html'])
  await door.publish('/msgbus/dumped', `it's\t\\\0\xff`, ['Content-Type: text/plain', joe])
  await door.publish('/msgbus/other', `'"`, ['Content-Type: a/b', joe])
  await dump.shows("a/b (2)\n'\\'\"'\n")
  assert.equal(
    dump.out.replaceAll(/^\d{10}(?:\.\d\d?)? /gm, 'TIME '),
    `TIME dumped ? text/html (15)\n'<h1>hello</h1>\\n'\n` +
      `TIME dumped joe text/plain (8)\n"it's\\t\\\\\\x00\\xff"\n` +
      `TIME other joe a/b (2)\n'\\'"'\n`,
  )
  await quiet.shows('text/plain (8)\n')
  assert.match(quiet.out, /^\S+ dumped joe text\/plain \(8\)\n$/)
  for (const tool of [dump, quiet]) {
    tool.interrupt()
    assert.equal(await tool.code(), 0)
  }
  assert.match(dump.err, /\nreceived 3 msgs over \d+ secs \(\d+\.\d mps\)\n$/)
})

test('msgdump goes on after its connection was lost, and ends when it is refused', async () => {
  const dump = new Tool(['msgdump', `${url}/again`])
  await dump.shows('subscribed to', 'err')
  for (const pid of gateway.workerPids()) process.kill(pid, 'SIGKILL')
  await dump.shows(/lost, trying again\n(.*\n)*subscribed to/, 'err')
  await door.publish('/msgbus/again', 'back')
  await dump.shows("'back'\n")
  dump.interrupt()
  const wrong = new Tool(['msgdump', 'http://127.0.0.1:1/msgbus/'])
  assert.deepEqual([await wrong.code(), wrong.err], [1, 'error: ECONNREFUSED\n'])
})

test('msgchat publishes each line and shows what everybody says, until its input ends', async () => {
  const chat = new Tool(['msgchat', `${url}/chat`])
  await chat.shows(`pub/sub to ${url}/chat\n`)
  chat.type('hello\n\n')
  await chat.shows("> None@chat <text/html>: 'hello'\n")
  await door.publish('/msgbus/chat', 'hi', ['Content-Type: text/plain', 'Authorization: Basic am9lOng='])
  await chat.shows("> joe@chat <text/plain>: 'hi'\n")
  const last = await door.subscriber('/msgbus/chat')
  const ending = new Tool(['msgchat', `${url}/chat`], 'one\ntwo')
  assert.equal(await ending.code(), 0)
  await last.until('two--00MsgBus00\n')
  last.abort()
  chat.interrupt()
  assert.equal(await chat.code(), 0)
})

test('test-pub publishes at a rate what test-sub shows on each of its connections', async () => {
  const server = ['-l', '127.0.0.1', '-p', String(door.port), '-c', 'tests']
  const shown = new Tool(['test-sub', ...server, '-n', '3'])
  await gateway.log.waitFor(/SUB .*: tests/)
  await until(() => gateway.log.matching(/msgbus SUB .*: tests/).length === 3, 'three subscriptions')
  const published = new Tool(['test-pub', ...server, '-r', '50'])
  await shown.shows('<h1>hello world 20</h1>')
  const lines = shown.out.split('\n')
  assert.deepEqual(lines.slice(0, 3), Array(3).fill('tests text/html tester [<h1>hello world 0</h1>]'))
  await published.shows(/^\d+\.\d msgs\/s\n/)
})
