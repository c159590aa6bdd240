import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { answers } from '../../proxy/doors/msgbus/answer.ts'
import { readUsers } from '../../proxy/doors/msgbus/users-file.ts'
import { startMsgbus } from '../support/msgbus.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { shownCommands } from './console-blocks.ts'

const PAGE = 'docs/doors/msgbus.md'
const page = readFileSync(PAGE, 'utf8')

test('every answer of the door is in its page', () => {
  for (const what of Object.values(answers)) {
    const words = 'body' in what ? (/<(h1|TITLE)>(.*)<\/\1>/.exec(what.body)?.[2] ?? '') : ''
    const body = words === '' ? '' : `\`${words}\` `
    assert.ok(page.includes(`\n| ${what.code} | ${body}|`), `${what.code} ${words}`)
  }
})

const limits: readonly (readonly [file: string, constant: string, row: string])[] = [
  ['publish', 'MAX_TYPE = 255', '| type, name of a sender | 255 characters |'],
  ['credentials', 'MAX_NAME = 255', '| type, name of a sender | 255 characters |'],
  ['channel-path', 'MAX_NAME = 1024', '| channel name | 1024 characters |'],
  ['../pattern-list', 'MAX_PATTERN = 1022', '| pattern of a list | 1022 characters |'],
  ['msgbus', 'MAX_RECEIVING = 64 << 20', '| messages that are being received | 64 MiB in each worker |'],
  ['files', 'READ_TIMEOUT = 60_000', '| a file that the client does not read | 60 s |'],
  ['../../accept/server-options', 'HEAD_TIMEOUT = 10_000', "| time for a request's head, for all of it | 10 s, 60 s |"],
  ['servers', 'REQUEST_TIMEOUT = 60_000', "| time for a request's head, for all of it | 10 s, 60 s |"],
  ['servers', 'IDLE_TIMEOUT = 300_000', '| time between requests | 300 s |'],
  ['subscriber', 'COMMENT_AFTER = 30', 'A comment comes when nothing else does for 30 s.'],
]

test('the limits of the door are in its page', () => {
  for (const [file, constant, row] of limits) {
    assert.ok(readFileSync(`proxy/doors/msgbus/${file}.ts`, 'utf8').includes(constant), constant)
    assert.ok(page.includes(row), row)
  }
})

test('the users file of the page can be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mb-'))
  const [, text = ''] = /```\n(# may do everything\n[^`]*)```/.exec(page) ?? []
  writeFileSync(join(folder, 'users'), text)
  const users = readUsers(join(folder, 'users'))
  rmSync(folder, { recursive: true })
  assert.deepEqual([...users.keys()], ['dugsong', 'joe'])
  assert.equal(users.get('joe')?.read, 'news.*,!news.secret')
})

test('the commands of the page print what it shows', { skip: needs('curl') }, async () => {
  const { gateway, door } = await startMsgbus()
  after(() => gateway.stop())
  const adapt = (command: string): string =>
    command
      .replaceAll('localhost:8888', `127.0.0.1:${door.port}`)
      .replaceAll('localhost:5561', `127.0.0.1:${gateway.publishPort}`)
      .replaceAll('npx msgbus', `${process.execPath} dist/shared/cli/msgbus.js`)
      .replace(/ foo$/, ` http://127.0.0.1:${door.port}/msgbus/foo`)
  const [first, ...rest] = shownCommands(PAGE)
  assert.ok(first !== undefined && rest.length === 3)
  const subscriber = spawn('sh', ['-c', `exec ${adapt(first.command)}`])
  let output = ''
  subscriber.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
  await until(() => output === '--00MsgBus00\n', 'the subscriber')
  for (const { command, output: shown } of rest) {
    assert.equal(spawnSync('sh', ['-c', adapt(command)], { encoding: 'utf8' }).stdout, shown, command)
  }
  await until(
    () => output.includes('hello--00MsgBus00\n'),
    () => output,
  )
  assert.ok(output.startsWith(first.output), output)
  subscriber.kill('SIGKILL')
  await once(subscriber, 'close')
})
