import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { startMsgbus } from '../support/msgbus.ts'
import type { MsgbusPort } from '../support/msgbus.ts'
import { until } from '../support/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'mb-'))
after(() => rmSync(folder, { recursive: true }))

const TYPE = 'Content-Type: text/plain'

async function start(t: TestContext, keys: Readonly<Record<string, string | boolean>>) {
  const started = await startMsgbus({ keys, workers: 2 })
  t.after(() => started.gateway.stop())
  return started
}

function as(name: string, password: string): string {
  return `Authorization: Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

async function code(door: MsgbusPort, path: string, ...headers: string[]): Promise<number> {
  return door.publish(path, 'x', [TYPE, ...headers])
}

test('without authentication nobody vouches for a sender', async (t) => {
  const { door } = await start(t, {})
  const subscriber = await door.subscriber('/msgbus/a')
  await door.publish('/msgbus/a', 'hello', [TYPE, as('joe', 'x')])
  const got = await subscriber.until('hello--00MsgBus00\n')
  assert.equal(
    got.slice(got.indexOf('--00MsgBus00\n')),
    '--00MsgBus00\nContent-Type: text/plain\nContent-Length: 5\n\nhello--00MsgBus00\n',
  )
  subscriber.abort()
})

test('with a secret any name is let in with it, and nobody without', async (t) => {
  const { door } = await start(t, { secret: 'sekrit', document_root: folder })
  for (const headers of [
    [],
    [as('joe', 'wrong')],
    [as('joe', '')],
    ['Authorization: Bearer sekrit'],
    ['Authorization: Basic !'],
  ]) {
    for (const [method, path] of [
      ['GET', '/msgbus/a'],
      ['POST', '/msgbus/a'],
      ['GET', '/'],
      ['PUT', '/msgbus/a'],
    ] as const) {
      const answer = await door.ask(method, path, headers)
      assert.deepEqual([answer.code, answer.body], [401, '<h1>Unauthorized</h1>'], `${method} ${path} ${headers[0]}`)
      assert.deepEqual(answer.values('www-authenticate'), ['Basic realm="msgbus"'])
    }
  }
  const subscriber = await door.subscriber('/msgbus/a', '1.0', [as('any', 'sekrit')])
  assert.equal(await code(door, '/msgbus/a', as('joe', 'sekrit')), 204)
  await subscriber.until('--00MsgBus00\nFrom: joe\nContent-Type: text/plain\nContent-Length: 1\n\nx--00MsgBus00\n')
  subscriber.abort()
})

test('users have passwords, channels to read and channels to write; the file is read again on SIGHUP', async (t) => {
  const file = join(folder, 'users')
  // printf %s hush | sha256sum
  writeFileSync(
    file,
    [
      '# comment',
      '',
      'dugsong:x',
      'joe:sha256:dc8331bcb2283e89d275a1c2fe66f7bf5ac3163ec1967f149dd7e27906365f0c read=news.*,!news.secret write=news.joe',
      'mute:pass:word  write=!*',
    ].join('\n'),
  )
  const { door, gateway } = await start(t, { users_file: file, secret: 'shared' })
  const joe = as('joe', 'hush')

  assert.equal(await code(door, '/msgbus/a'), 401)
  assert.equal(await code(door, '/msgbus/a', as('joe', 'shared')), 401, 'a name that has its own password')
  assert.equal(await code(door, '/msgbus/a', as('guest', 'shared')), 204)
  assert.equal(await code(door, '/msgbus/a', as('dugsong', 'x')), 204)
  assert.equal(await code(door, '/msgbus/a', as('mute', 'pass:word')), 403)
  assert.equal(await code(door, '/msgbus/news.joe', joe), 204)
  assert.equal(await code(door, '/msgbus/news.all', joe), 403)
  assert.equal((await door.ask('GET', '/msgbus/news.secret', [joe])).code, 403)
  assert.equal((await door.ask('GET', '/msgbus/other', [joe])).code, 403)

  const one = await door.subscriber('/msgbus/news.all', '1.0', [joe])
  const root = await door.subscriber('/msgbus/', '1.0', [joe])
  for (const channel of ['other', 'news.secret', 'news.all']) {
    assert.equal(await code(door, `/msgbus/${channel}`, as('dugsong', 'x')), 204)
  }
  await one.until('--00MsgBus00\nFrom: dugsong\nContent-Type: text/plain\nContent-Length: 1\n\nx--00MsgBus00\n')
  const [, ...parts] = (await root.until('news.all')).split('--00MsgBus00\n')
  assert.equal(
    parts[0]?.split('\n')[1],
    'Content-Location: /msgbus/news.all',
    'what it may read, and nothing before that',
  )

  writeFileSync(file, 'dugsong:y\n')
  gateway.signal('SIGHUP')
  await until(async () => (await code(door, '/msgbus/a', as('dugsong', 'y'))) === 204, 'the new password')
  writeFileSync(file, 'dugsong:z\nno colon\n')
  gateway.signal('SIGHUP')
  await gateway.log.waitFor(/msgbus: users not read: .*users:2: must be NAME:SECRET/)
  await until(async () => (await code(door, '/msgbus/a', as('dugsong', 'y'))) === 204, 'the old users')
  await door.publish('/msgbus/news.all', 'still', [TYPE, as('guest', 'shared')])
  await one.until('From: guest\nContent-Type: text/plain\nContent-Length: 5\n\nstill')
  one.abort()
  root.abort()
})

test('a users file that is not there lets nobody in', async (t) => {
  const { door, gateway } = await start(t, { users_file: join(folder, 'none') })
  await gateway.log.waitFor(/msgbus: users not read: ENOENT/)
  assert.equal(await code(door, '/msgbus/a', as('joe', '')), 401)
})
