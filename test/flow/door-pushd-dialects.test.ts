import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPushd } from '../support/pushd.ts'

const p1 = await startPushd()
const p2 = await startPushd({ dialect: 'p2' })
const strict = await startPushd({ compat: 'strict' })

test('a message is a line of its own unless the configuration says otherwise', async () => {
  const a = await p1.connect()
  await a.asks('sub x\n', 'SUBSCRIBED x\n')
  await a.asks('pub x one\n', 'one\nPUBLISHED\n')
})

test('with compat=strict messages have no line feed, and what is read is executed at once', async () => {
  const a = await strict.connect()
  await a.asks('sub x', 'SUBSCRIBED x\n')
  await a.asks('pub x one', 'onePUBLISHED\n')
})

test('14. in dialect p2 replies and messages have their marks, and messages their time', async () => {
  const [a, b] = [await p2.connect(), await p2.connect()]
  await a.asks('ping', '\x01pong\n\x02')
  await a.asks('sub c1', '\x01SUBSCRIBED c1\n\x02')
  await b.asks('pub c1 abc\n', '\x01PUBLISHED\n\x02')
  await a.gets('\0abc ')
  assert.match(await a.bytes(19), /^\d{19}$/)
  await a.gets('\x02')
})

test('in dialect p2 a message cannot end itself and go on as a reply', async () => {
  const [a, b] = [await p2.connect(), await p2.connect()]
  await a.asks('sub forged\n', '\x01SUBSCRIBED forged\n\x02')
  await b.asks('pub forged a\x02\x01PUBLISHED\n', '\x01PUBLISHED\n\x02')
  await a.gets('\0a \x01PUBLISHED ')
})

test('dialect p2 says in whose role one has authenticated', async () => {
  const [a, b] = [await p2.connect(), await p2.connect()]
  a.send('gettoken\n')
  await a.gets('\x01')
  const token = await a.line()
  await a.gets('\x02')
  await b.asks(`auth_client ${token}\n`, '\x01Client auth succeed\n\x02')
  await b.asks('auth_client again\n', '\x01Already authed client\n\x02')
})

test('a client that names its token in the last dialect begins its commands with it', async () => {
  const a = await p1.connect()
  a.send('\0\0\0\x15\0\0\0\x07setuuid\0\0\0\x06T0 joe')
  await a.gets('\0\0\0\x1a\0\0\0\x07setuuid\0\0\0\x0b200 success')
  await a.asks('\0\0\0\x10\0\0\0\x03sub\0\0\0\x05T0 ch', '\0\0\0\x16\0\0\0\x03sub\0\0\0\x0b200 success')
  await a.asks('\0\0\0\x0d\0\0\0\x03sub\0\0\0\x02ch', '\0\0\0\x1a\0\0\0\x03sub\0\0\0\x0f508 Wrong token')
  a.send('\0\0\0\x13\0\0\0\x03pub\0\0\0\x08T0 ch yo')
  await a.gets('\0\0\0\x3f\0\0\0\x04RCIV\0\0\0\x330 ch joe ')
})
