import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAllDoors } from '../support/all-doors.ts'
import { authorized, listener } from '../support/pusud.ts'
import { packet } from '../support/socket-push.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { get, holdOn } from './held.ts'
import { openPair } from './open-pair.ts'
import { longPoll, stream } from './origin-answer.ts'

const doors = await startAllDoors()
const { gateway, backend, webSockets, msgbus, push, pusudPort, pollPort } = doors

const publisher = {
  pushd: await doors.pushd(),
  pusud: await authorized(pusudPort),
}

async function overMsgbus(content: string, type: string): Promise<void> {
  assert.equal(await msgbus.publish('/msgbus/room', content, [`Content-Type: ${type}`]), 204)
}

/** @param content each byte a character. */
async function overPushd(content: string): Promise<void> {
  await publisher.pushd.asks(Buffer.from(`pub room ${content}\n`, 'latin1').toString('latin1'), 'PUBLISHED\n')
}

/** Nothing answers; what comes behind it does not overtake it. */
async function overPusud(content: string): Promise<void> {
  publisher.pusud.sendText(`{"type": "publish", "channel": "room", "content": ${content}}`)
  publisher.pusud.ping('taken')
  assert.equal(await publisher.pusud.next(), 'pong taken')
}

async function overSocketPush(content: string): Promise<void> {
  const [line] = await push.call(`/channel/publish/room/${encodeURIComponent(content)}`)
  assert.equal(line, 'HTTP/1.1 200 OK')
}

/** What each kind of client gets of one message; undefined for nothing. */
interface Received {
  readonly part: string
  readonly event: string
  readonly pushd: string
  readonly pusud: string | undefined
  readonly socketPush: string
  readonly stream: string
  readonly webSocket: string
}

const LARGE = 'x'.repeat(60_000)

const MESSAGES: ReadonlyArray<readonly [name: string, send: () => Promise<void>, received: Received]> = [
  [
    'text through msgbus',
    () => overMsgbus('<b>', 'text/html'),
    {
      part: 'Content-Type: text/html\nContent-Length: 3\n\n<b>--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/html","body":"<b>"}\n\n',
      pushd: '<b>\n',
      pusud: '{"type":"publish","channel":"room","content":"<b>"}',
      socketPush: '~m~3~m~<b>',
      stream: '<b>',
      webSocket: 'text <b>',
    },
  ],
  [
    'JSON through msgbus',
    () => overMsgbus('{"a": [1]}', 'application/json'),
    {
      part: 'Content-Type: application/json\nContent-Length: 10\n\n{"a": [1]}--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"application/json","body":"{\\"a\\": [1]}"}\n\n',
      pushd: '{"a": [1]}\n',
      pusud: '{"type":"publish","channel":"room","content":{"a": [1]}}',
      socketPush: '~m~12~m~~j~{"a":[1]}',
      stream: '{"a": [1]}',
      webSocket: 'text {"a": [1]}',
    },
  ],
  [
    'binary through msgbus',
    () => overMsgbus('\0\xff', 'image/png'),
    {
      part: 'Content-Type: image/png\nContent-Length: 2\n\n\0\xff--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"image/png","base64":"AP8="}\n\n',
      pushd: '\0\xff\n',
      pusud: undefined,
      socketPush: '~m~2~m~\0\ufffd',
      stream: '\0\xff',
      webSocket: 'binary 00ff',
    },
  ],
  [
    'lines and control characters through msgbus',
    () => overMsgbus('one\r\ntwo\n\x01\x02PUBLISHED\n', 'text/plain'),
    {
      part: 'Content-Type: text/plain\nContent-Length: 21\n\none\r\ntwo\n\x01\x02PUBLISHED\n--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/plain","body":"one\\r\\ntwo\\n\\u0001\\u0002PUBLISHED\\n"}\n\n',
      pushd: 'one two \x01\x02PUBLISHED \n',
      pusud: '{"type":"publish","channel":"room","content":"one\\r\\ntwo\\n\\u0001\\u0002PUBLISHED\\n"}',
      socketPush: '~m~21~m~one\r\ntwo\n\x01\x02PUBLISHED\n',
      stream: 'one\r\ntwo\n\x01\x02PUBLISHED\n',
      webSocket: 'text one\r\ntwo\n\x01\x02PUBLISHED\n',
    },
  ],
  [
    'nothing through msgbus',
    () => overMsgbus('', 'text/plain'),
    {
      part: 'Content-Type: text/plain\nContent-Length: 0\n\n--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/plain","body":""}\n\n',
      pushd: '\n',
      pusud: '{"type":"publish","channel":"room","content":""}',
      socketPush: '~m~0~m~',
      stream: '',
      webSocket: 'text',
    },
  ],
  [
    'text through pushd',
    () => overPushd('two  words '),
    {
      part: 'Content-Type: text/plain\nContent-Length: 11\n\ntwo  words --00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/plain","body":"two  words "}\n\n',
      pushd: 'two  words \n',
      pusud: '{"type":"publish","channel":"room","content":"two  words "}',
      socketPush: '~m~11~m~two  words ',
      stream: 'two  words ',
      webSocket: 'text two  words ',
    },
  ],
  [
    'bytes that are no text through pushd',
    () => overPushd('\xff'),
    {
      part: 'Content-Type: application/octet-stream\nContent-Length: 1\n\n\xff--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"application/octet-stream","base64":"/w=="}\n\n',
      pushd: '\xff\n',
      pusud: undefined,
      socketPush: '~m~1~m~\ufffd',
      stream: '\xff',
      webSocket: 'binary ff',
    },
  ],
  [
    'text through pusud',
    () => overPusud('"a\\nb"'),
    {
      part: 'Content-Type: text/plain\nContent-Length: 3\n\na\nb--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/plain","body":"a\\nb"}\n\n',
      pushd: 'a b\n',
      pusud: '{"type": "publish", "channel": "room", "content": "a\\nb"}',
      socketPush: '~m~3~m~a\nb',
      stream: 'a\nb',
      webSocket: 'text a\nb',
    },
  ],
  [
    'JSON through pusud',
    () => overPusud('{"foo":  ["bar", 1]}'),
    {
      part: 'Content-Type: application/json\nContent-Length: 17\n\n{"foo":["bar",1]}--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"application/json","body":"{\\"foo\\":[\\"bar\\",1]}"}\n\n',
      pushd: '{"foo":["bar",1]}\n',
      pusud: '{"type": "publish", "channel": "room", "content": {"foo":  ["bar", 1]}}',
      socketPush: '~m~20~m~~j~{"foo":["bar",1]}',
      stream: '{"foo":["bar",1]}',
      webSocket: 'text {"foo":["bar",1]}',
    },
  ],
  [
    'text through socket-push',
    () => overSocketPush('"é"'),
    {
      part: 'Content-Type: text/plain\nContent-Length: 2\n\n\xc3\xa9--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"text/plain","body":"\xc3\xa9"}\n\n',
      pushd: '\xc3\xa9\n',
      pusud: '{"type":"publish","channel":"room","content":"é"}',
      socketPush: '~m~1~m~é',
      stream: '\xc3\xa9',
      webSocket: 'text é',
    },
  ],
  [
    'JSON through socket-push',
    () => overSocketPush('{"a" : null}'),
    {
      part: 'Content-Type: application/json\nContent-Length: 10\n\n{"a":null}--00MsgBus00\n',
      event: 'data: {"channel":"room","type":"application/json","body":"{\\"a\\":null}"}\n\n',
      pushd: '{"a":null}\n',
      pusud: '{"type":"publish","channel":"room","content":{"a":null}}',
      socketPush: '~m~13~m~~j~{"a":null}',
      stream: '{"a":null}',
      webSocket: 'text {"a":null}',
    },
  ],
  [
    'much text through pusud',
    () => overPusud(`"${LARGE}"`),
    {
      part: `Content-Type: text/plain\nContent-Length: 60000\n\n${LARGE}--00MsgBus00\n`,
      event: `data: {"channel":"room","type":"text/plain","body":"${LARGE}"}\n\n`,
      pushd: `${LARGE}\n`,
      pusud: `{"type": "publish", "channel": "room", "content": "${LARGE}"}`,
      socketPush: `~m~60000~m~${LARGE}`,
      stream: LARGE,
      webSocket: `text ${LARGE}`,
    },
  ],
]

test('what comes through one door reaches the clients of all others, of streams and of WebSockets', async () => {
  const parts = await msgbus.subscriber('/msgbus/room')
  const events = await msgbus.client(get('/msgbus/room', ['Accept: text/event-stream'], '1.0'))
  await events.until(':\n\n')
  const pushd = await doors.pushd()
  await pushd.asks('sub room\n', 'SUBSCRIBED room\n')
  const pusud = await listener(pusudPort, 'room')
  const browser = await push.connectAs(1)
  await push.call('/channel/subscribe/1/room')
  backend.answer(stream('room'))
  const streaming = await holdOn(gateway, 'room', get('/http', [], '1.0'))
  const [streamHead = ''] = (await streaming.until('\r\n\r\n')).split(/(?<=\r\n\r\n)/)
  webSockets.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'room' }))
  const { client: webSocket } = await openPair(gateway, webSockets)
  await until(() => gateway.log.matching(/\] subscribe .*channel=room$/).length === 3, 'the WebSocket')
  const partsHead = parts.pending
  const eventsHead = events.pending

  let came = { part: partsHead, event: eventsHead, stream: streamHead }
  for (const [name, send, { part, event, ...received }] of MESSAGES) {
    await send()
    came = { part: came.part + part, event: came.event + event, stream: came.stream + received.stream }
    await pushd.gets(received.pushd)
    if (received.pusud !== undefined) assert.equal(await pusud.next(), `text ${received.pusud}`, name)
    assert.equal(await browser.next(), `text ${received.socketPush}`, name)
    assert.equal(await webSocket.next(), received.webSocket, name)
    await until(
      () =>
        parts.pending.length >= came.part.length &&
        events.pending.length >= came.event.length &&
        streaming.pending.length >= came.stream.length,
      () =>
        `${name} in ${JSON.stringify([parts.pending, events.pending, streaming.pending].map((all) => all.slice(-99)))}`,
    )
    assert.deepEqual({ part: parts.pending, event: events.pending, stream: streaming.pending }, came, name)
  }
  assert.deepEqual([pusud.waiting, browser.waiting, webSocket.waiting], [[], [], []])
  for (const client of [parts, events, streaming, pushd.raw]) client.abort()
  for (const client of [pusud, browser, webSocket]) client.vanish()
})

test('a long poll ends with a message of any door, and so does one of pushd', async () => {
  const senders = [() => overMsgbus('said', 'text/plain'), () => overPushd('said'), () => overPusud('"said"')]
  for (const [at, send] of [...senders, () => overSocketPush('"said"')].entries()) {
    backend.answer(longPoll('room'))
    const polling = await RawClient.connect(gateway.port)
    polling.send(get('/http'))
    const old = await RawClient.connect(pollPort)
    old.send(get('/sub/room/0'))
    await old.until('\r\n\r\n')
    // The stream of the other test is in there, too.
    await until(() => gateway.log.matching(/\] subscribe \S+\/http channel=room$/).length === at + 2, 'the long poll')
    await send()
    assert.equal((await polling.response()).body, 'said')
    assert.match(await old.closed(), /\r\n\r\nsaid$/)
    polling.abort()
  }
})

test('JSON that is nested deeper than a stack is high harms nobody', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000)
  const browser = await push.connectAs(2)
  await push.call('/channel/subscribe/2/deep')
  const pusud = await listener(pusudPort, 'deep')
  assert.equal(await msgbus.publish('/msgbus/deep', deep, ['Content-Type: application/json']), 204)
  assert.equal(await browser.next(), `text ${packet(deep)}`)
  assert.equal(await pusud.next(), `text {"type":"publish","channel":"deep","content":${deep}}`)
  assert.equal(await msgbus.publish('/msgbus/deep', 'text'), 204)
  assert.equal(await browser.next(), 'text ~m~4~m~text')
  const [line, body] = await push.call(`/channel/publish/deep/${deep}`)
  assert.deepEqual([line, body], ['HTTP/1.1 500 Internal Server Error', 'Message nested too deep'])
  assert.deepEqual(gateway.log.matching(/^\[ERR\]/), [])
  browser.vanish()
  pusud.vanish()
})
