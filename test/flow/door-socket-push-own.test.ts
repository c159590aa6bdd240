import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packet, PollingClient, startSocketPush } from '../support/socket-push.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'

const push = await startSocketPush({ client_channels: 'public-*,user:*,!public-no', compat: 'strict' })

function say(client: WebSocketClient, message: object): void {
  client.sendText(packet(JSON.stringify(message)))
}

function told(message: object): string {
  return `text ${packet(`~j~${JSON.stringify(message)}`)}`
}

test('a client subscribes itself: this connection, and no other of its user', async () => {
  const client = await push.connectAs(1)
  const other = await push.connectAs(1)
  say(client, { subscribe: 'public-a' })
  assert.equal(await client.next(), told({ subscribed: 'public-a' }))
  await push.call('/channel/publish/public-a/%22hi%22')
  await push.gateway.publish([{ channel: 'public-a', formats: { 'http-stream': { content: 'there' } } }])
  assert.deepEqual([await client.next(), await client.next()], ['text ~m~2~m~hi', 'text ~m~5~m~there'])
  assert.equal((await push.call('/channel/getSubscriptions/1'))[1], '[]')
  say(client, { unsubscribe: 'public-a' })
  assert.equal(await client.next(), told({ unsubscribed: 'public-a' }))
  await push.call('/channel/publish/public-a/%22gone%22')
  await push.call('/user/publish/1/%22end%22')
  // Nothing between.
  for (const each of [client, other]) assert.equal(await each.next(), 'text ~m~3~m~end')
  for (const each of [client, other]) each.vanish()
})

test('what is not allowed is refused, and the connection stays', async () => {
  const client = await push.connectAs(2)
  for (const [channel, error] of [
    ['private', 'Not allowed to subscribe to private'],
    ['public-no', 'Not allowed to subscribe to public-no'],
    ['', 'Not allowed to subscribe to '],
    ['user:1', 'Channel names that begin with user: are reserved'],
    [`public-${'x'.repeat(1024)}`, 'Channel name too long'],
  ] as const) {
    say(client, { subscribe: channel })
    assert.equal(await client.next(), told({ error }))
  }
  say(client, { unsubscribe: 'public-none' })
  assert.equal(await client.next(), told({ unsubscribed: 'public-none' }))
  // However often.
  for (let times = 0; times < 100; times++) say(client, { subscribe: 'user:1' })
  for (let times = 0; times < 100; times++) await client.next()
  say(client, { subscribe: 'public-a' })
  assert.equal(await client.next(), told({ subscribed: 'public-a' }))
  client.vanish()
})

test('what asks for nothing is what it was without: said to the others, with compat=strict', async () => {
  const [client, other] = [await push.connectAs(3), await push.connectAs(4)]
  for (const text of ['{"subscribe":1}', 'null', '[]', 'hello']) {
    client.sendText(packet(text))
    assert.equal(await other.next(), told({ message: ['3', text] }))
  }
  for (const each of [client, other]) each.vanish()
})

test('a channel of the user and of a connection ends for it when both have ended', async () => {
  const client = await push.connectAs(5)
  const next = async (text: string): Promise<void> => {
    await push.call(`/channel/publish/public-both/%22${text}%22`)
    await push.call('/user/publish/5/%22.%22')
    if (text !== 'gone') assert.equal(await client.next(), `text ${packet(text)}`)
    assert.equal(await client.next(), 'text ~m~1~m~.')
  }
  await push.call('/channel/subscribe/5/public-both')
  say(client, { subscribe: 'public-both' })
  assert.equal(await client.next(), told({ subscribed: 'public-both' }))
  await next('both')
  await push.call('/channel/unsubscribe/5/public-both')
  await next('own')
  await push.call('/channel/subscribe/5/public-both')
  say(client, { unsubscribe: 'public-both' })
  assert.equal(await client.next(), told({ unsubscribed: 'public-both' }))
  await next('user')
  await push.call('/channel/unsubscribe/5/public-both')
  await next('gone')
  client.vanish()
})

test('a polling client can, too', async () => {
  await push.call('/auth/set/6/test6')
  const client = await PollingClient.connect(push.port)
  await client.post(packet('{"userId":6,"hash":"test6"}'))
  assert.equal(await client.poll(), packet('~j~{"auth":"Authorized as 6"}'))
  await client.post(packet('{"subscribe":"public-poll"}'))
  assert.equal(await client.poll(), packet('~j~{"subscribed":"public-poll"}'))
  client.begin()
  await push.call('/channel/publish/public-poll/%22hi%22')
  assert.equal(await client.answer(), packet('hi'))
})

test('a connection has a thousand channels of its own at most', async () => {
  const client = await push.connectAs(7)
  for (let first = 0; first < 1000; first += 100) {
    const channels = Array.from({ length: 100 }, (_, at) => `public-${first + at}`)
    for (const channel of channels) say(client, { subscribe: channel })
    for (const channel of channels) assert.equal(await client.next(), told({ subscribed: channel }))
  }
  say(client, { subscribe: 'public-more' })
  assert.equal(await client.next(), told({ error: 'Too many subscriptions' }))
  client.vanish()
})
