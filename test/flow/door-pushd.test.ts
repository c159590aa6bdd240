import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startPushd } from '../support/pushd.ts'

// What an old client sees, byte by byte: messages without line feeds, as before.
const { connect } = await startPushd({ newline: false })

test('1. sub is confirmed, and a second one is told so; both line ends of telnet and netcat are taken', async () => {
  const a = await connect()
  await a.asks('sub channel1\r\n', 'SUBSCRIBED channel1\n')
  await a.asks('sub channel1\n', 'ALREADY SUBSCRIBED channel1\n')
})

test('2. and 3. a message reaches the others as its bare text, with its spaces', async () => {
  const [a, b, d] = [await connect(), await connect(), await connect()]
  await a.asks('sub plain\n', 'SUBSCRIBED plain\n')
  await d.asks('sub plain\n', 'SUBSCRIBED plain\n')
  await b.asks('pub plain hello\r\n', 'PUBLISHED\n')
  await a.gets('hello')
  await d.gets('hello')
  await b.asks('pub plain hello big  world  \n', 'PUBLISHED\n')
  await a.gets('hello big  world  ')
  await d.gets('hello big  world  ')
})

test('4. who publishes gets its own message, before the reply', async () => {
  const [a, d] = [await connect(), await connect()]
  await a.asks('sub own\n', 'SUBSCRIBED own\n')
  await d.asks('sub own\n', 'SUBSCRIBED own\n')
  await d.asks('pub own fromc\n', 'fromcPUBLISHED\n')
  await a.gets('fromc')
})

test('5. publishing to nobody works, publishing nothing does not, and unknown commands are named', async () => {
  const b = await connect()
  await b.asks('pub nobody hi\n', 'PUBLISHED\n')
  await b.asks('pub channel1\n', 'Publish without msg\n\n')
  await b.asks('pub\n', 'Publish without msg\n\n')
  await b.asks('bogus\n', 'Cmd not found: bogus\n\n')
  await b.asks('SUB x\n', 'Cmd not found: SUB\n\n')
})

test('6. after unsub nothing more arrives', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('sub leave\n', 'SUBSCRIBED leave\n')
  await b.asks('unsub leave\n', 'NOT SUBSCRIBED leave\n')
  await a.asks('unsub leave\n', 'UNSUBSCRIBED leave\n')
  await b.asks('pub leave gone\n', 'PUBLISHED\n')
  await a.hasNothingElse()
})

test('7. commands that come in one write are answered in their order', async () => {
  const a = await connect()
  await a.asks(
    'sub one\nsub two\npub one m1\npub two m2\n',
    'SUBSCRIBED one\nSUBSCRIBED two\nm1PUBLISHED\nm2PUBLISHED\n',
  )
})

test('8. a command without a line feed is executed when nothing more comes', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('sub quiet', 'SUBSCRIBED quiet\n')
  await b.asks('pub quiet no-newline', 'PUBLISHED\n')
  await a.gets('no-newline')
})

test('9. a token lets one connection in once', async () => {
  const [a, b, c] = [await connect(), await connect(), await connect()]
  a.send('gettoken joe\n')
  const token = await a.line()
  assert.match(token, /^[0-9A-Za-z]{32}$/)
  await b.asks('auth_client WRONG\n', 'Client auth fail\n')
  await b.asks(`auth_client ${token}\n`, 'Auth succeed\n')
  await b.asks(`auth_client ${token}\n`, 'Already authed\n')
  await c.asks(`auth_client ${token}\n`, 'Client auth fail\n')
})

test('gettoken and auth go together: the token is of that user only', async () => {
  const [a, b] = [await connect(), await connect()]
  a.send('gettoken joe\n')
  const token = await a.line()
  await b.asks(`auth joe ${token}\n`, 'Auth succeed\n')
  a.send('gettoken joe\n')
  const other = await a.line()
  const c = await connect()
  await c.asks(`auth jim ${other}\n`, 'Auth fail\n')
  await c.asks(`auth joe ${other}\n`, 'Auth fail\n')
})

test('11. missing parameters are answered, a long command and one in two pieces are each one command', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('sub\n', 'Lack sub channel\n')
  await a.asks('unsub\n', 'Lack unsub channel\n')
  await a.asks('auth_client\n', 'Invalid Params for auth_client\n')
  await a.asks('auth_server app\n', 'Invalid Params for auth_server\n')
  await a.asks('auth joe\n', 'Invalid Params for auth\n')
  await a.asks('his x\n', 'Invalid Params for history\n')
  await a.asks('his x 1e3\n', 'Invalid Params for history\n')
  await a.asks('sub long\n', 'SUBSCRIBED long\n')
  const message = 'x'.repeat(5000)
  await b.asks(`pub long ${message}\n`, 'PUBLISHED\n')
  await a.gets(message)
  b.send('pub long in two ')
  await setImmediate()
  b.send('halves\n')
  await b.gets('PUBLISHED\n')
  await a.gets('in two halves')
})

test('an empty name, an empty message, bytes that are no text: all as they were', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('sub  x\n', 'SUBSCRIBED \n')
  await b.asks('pub  to the channel without a name\n', 'PUBLISHED\n')
  await a.gets('to the channel without a name')
  await a.asks('sub bytes\n', 'SUBSCRIBED bytes\n')
  await b.asks('pub bytes \n', 'PUBLISHED\n')
  await b.asks('pub bytes \xff\xfe\0bin\n', 'PUBLISHED\n')
  await a.gets('\xff\xfe\0bin')
  await a.asks('sub more EXTRA\n\n\r\n', 'SUBSCRIBED more\n')
  await a.hasNothingElse()
})

test('his gives what was published, from a time on', async () => {
  const a = await connect()
  await a.asks('pub unheard first\n', 'PUBLISHED\n')
  a.send('his unheard 0\n')
  assert.match(await a.line(), /"msg":"first"/)
  await a.asks('his story 0\n', '[]\n')
  await a.asks('pub story "one"\n', 'PUBLISHED\n')
  await a.asks('pub story two\n', 'PUBLISHED\n')
  a.send('his story 0\n')
  const all = await a.line()
  const [, first = '', second = ''] =
    /^\[\{"channel":"story","msg":"\\"one\\"","ts":(\d{19})\},\{"channel":"story","msg":"two","ts":(\d{19})\}\]$/.exec(
      all,
    ) ?? []
  assert.ok(BigInt(first) < BigInt(second), all)
  await a.asks(`his story ${second}\n`, `[{"channel":"story","msg":"two","ts":${second}}]\n`)
  await a.asks(`his story ${BigInt(second) + 1n}\n`, '[]\n')
})

test('15. length-prefixed clients are known by their first bytes', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('\0\0\0\x04ping', '\0\0\0\x04pong')
  await a.asks('\0\0\0\x0esub framed-one', '\0\0\0\x15SUBSCRIBED framed-one')
  await a.asks('\0\0\0\x05bogus', '\0\0\0\x15Cmd not found: bogus\n')
  await a.asks('\0\0\0\x03sub', '\0\0\0\x11Lack sub channel\n')
  await b.asks('pub framed-one abc\n', 'PUBLISHED\n')
  await a.gets('\0\0\0\x17abc ')
})

test('clients whose frames have names are, too', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('\0\0\0\x08\0\0\0\x04ping', '\0\0\0\x10\0\0\0\x04ping\0\0\0\x04pong')
  await a.asks('\0\0\0\x0d\0\0\0\x03sub\0\0\0\x02p4', '\0\0\0\x16\0\0\0\x03sub\0\0\0\x0b200 success')
  await b.asks('pub p4 abc\n', 'PUBLISHED\n')
  // Length, `RCIV`, length, `0 CHANNEL SENDER TIMESTAMP ID TEXT`.
  await a.gets('\0\0\0\x3e\0\0\0\x04RCIV\0\0\0\x320 p4 - ')
})

test('a message of a framed client with a line feed inside is one line for the others', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.asks('sub lines\n', 'SUBSCRIBED lines\n')
  await b.asks('\0\0\0\x10pub lines a\nb\r\nc', '\0\0\0\x09PUBLISHED')
  await a.gets('a b c')
})

test('names that would forge lines or replies are refused', async () => {
  const a = await connect()
  await a.asks('sub a\x02b\n', 'Invalid channel\n')
  await a.asks('sub a\0b\n', 'Invalid channel\n')
  await a.asks('pub \xff x\n', 'Invalid channel\n')
  await a.asks(`sub ${'x'.repeat(1025)}\n`, 'Invalid channel\n')
})

test('a client that has sent everything and closes its direction still gets the answers', async () => {
  const a = await connect()
  a.send('pub last words\nping')
  a.raw.finish()
  assert.equal(await a.raw.closed(), 'PUBLISHED\npong\n')
})
