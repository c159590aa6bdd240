import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatsMessage } from '../../../shared/link/stats-message.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { XSubscriber } from 'zeromq'
import { observed } from './stats-reader.ts'
import { httpResponse, httpStream, publishItem, wsMessage } from '../../support/publish-item.ts'

const FROM = `handler_${process.pid}`

/** A tnetstring's byte string. */
const text = (bytes: string): string => `${bytes.length}:${bytes},`

/** The packet as it is when written by hand, with the fields after `from`. */
function tnet(type: string, fields: string): string {
  const all = text('from') + text(FROM) + fields
  return `${type} T${all.length}:${all}}`
}

function json(type: string, fields: string): string {
  return `${type} J{"from":"${FROM}",${fields}}`
}

function item(channel: string, id?: string): PublishItem {
  return publishItem(channel, {
    id,
    httpResponse: httpResponse('12345'),
    httpStream: httpStream('1234'),
    wsMessage: wsMessage('1'),
  })
}

const stats = (message: Partial<StatsMessage>): StatsMessage => ({ type: 'stats', routes: [], ...message })
const figures = { connections: 1, peak: 1 }

for (const format of ['tnetstring', 'json'] as const) {
  const packet = (type: string, tnetFields: string, jsonFields: string): string =>
    format === 'json' ? json(type, jsonFields) : tnet(type, tnetFields)

  const there = (mode: string, channel: string, count: number): string =>
    packet(
      'sub',
      `4:mode,${text(mode)}7:channel,${text(channel)}3:ttl,2:60#11:subscribers,1:${count}#`,
      `"mode":"${mode}","channel":"${channel}","ttl":60,"subscribers":${count}`,
    )
  const gone = (mode: string, channel: string): string =>
    packet(
      'sub',
      `4:mode,${text(mode)}7:channel,${text(channel)}11:unavailable,4:true!`,
      `"mode":"${mode}","channel":"${channel}","unavailable":true`,
    )

  test(`${format}: activity of each route, and the requests of all`, async (t) => {
    const { observer, subscriber } = await observed(t, { format })
    observer.stats('w', stats({ routes: [{ ...figures, requests: 2, activity: 3 }] }))
    observer.stats('x', stats({ routes: [{ ...figures, route: 'r', requests: 1, activity: 10 }] }))
    assert.deepEqual(await subscriber.count(3), [
      packet('activity', '5:count,1:3#', '"count":3'),
      packet('activity', '5:route,1:r,5:count,2:10#', '"route":"r","count":10'),
      packet('counts', '17:requests-received,1:3#', '"requests-received":3'),
    ])
  })

  test(`${format}: a connection that comes and one that goes`, async (t) => {
    const { observer, subscriber } = await observed(t, { format })
    observer.stats(
      'w',
      stats({
        connections: [
          { id: '0-1:2', type: 'http', peer: '::1' },
          { id: 'u', route: 'r', type: 'ws', ssl: true },
          { id: '0-1:2', gone: true },
        ],
      }),
    )
    assert.deepEqual(await subscriber.count(3), [
      packet(
        'conn',
        '2:id,5:0-1:2,4:type,4:http,12:peer-address,3:::1,3:ttl,3:120#',
        '"id":"0-1:2","type":"http","peer-address":"::1","ttl":120',
      ),
      packet(
        'conn',
        '5:route,1:r,2:id,1:u,4:type,2:ws,3:ssl,4:true!3:ttl,3:120#',
        '"route":"r","id":"u","type":"ws","ssl":true,"ttl":120',
      ),
      packet('conn', '2:id,5:0-1:2,11:unavailable,4:true!', '"id":"0-1:2","unavailable":true'),
    ])
  })

  test(`${format}: subscribers of each mode, first and last`, async (t) => {
    const { observer, subscriber } = await observed(t, { format, subscriptionLinger: 0 })
    for (const [response, streams, webSockets] of [
      [1, 2, 3],
      [0, 0, 0],
    ] as const) {
      observer.stats(
        'w',
        stats({
          subscribers: [
            ['a', 0, response],
            ['a', 1, streams],
            ['b', 2, webSockets],
          ],
        }),
      )
    }
    assert.deepEqual(await subscriber.count(6), [
      there('response', 'a', 1),
      there('stream', 'a', 2),
      there('ws', 'b', 3),
      gone('response', 'a'),
      gone('stream', 'a'),
      gone('ws', 'b'),
    ])
  })

  test(`${format}: a message for each transport that had receivers, of all workers together`, async (t) => {
    const { observer, subscriber } = await observed(t, { format, blockSize: 2 })
    const number = observer.published(item('a', 'i'), [{ name: 'w' }, { name: 'x' }])
    assert.equal(number, 1)
    observer.stats('w', stats({ receivers: [[number, 1, 2, 0]] }))
    observer.stats('x', stats({ receivers: [[number, 3, 0, 0]] }))
    assert.deepEqual(await subscriber.count(2), [
      packet(
        'message',
        '7:channel,1:a,7:item-id,1:i,5:count,1:4#6:blocks,2:12#9:transport,13:http-response,',
        '"channel":"a","item-id":"i","count":4,"blocks":12,"transport":"http-response"',
      ),
      packet(
        'message',
        '7:channel,1:a,7:item-id,1:i,5:count,1:2#6:blocks,1:4#9:transport,11:http-stream,',
        '"channel":"a","item-id":"i","count":2,"blocks":4,"transport":"http-stream"',
      ),
    ])
  })

  test(`${format}: a message without id and blocks`, async (t) => {
    const { observer, subscriber } = await observed(t, { format })
    const number = observer.published(item('a'), [{ name: 'w' }])
    observer.stats('w', stats({ receivers: [[number, 0, 0, 1]] }))
    assert.deepEqual(await subscriber.count(1), [
      packet(
        'message',
        '7:channel,1:a,5:count,1:1#9:transport,10:ws-message,',
        '"channel":"a","count":1,"transport":"ws-message"',
      ),
    ])
  })

  test(`${format}: a report of each route at the end of the interval`, async (t) => {
    const { observer, subscriber } = await observed(t, { format, reportInterval: 1, blockSize: 2 }, 'report', 'sub')
    observer.received(item('a'))
    const counted = { ...figures, requests: 5, activity: 5, minutes: 4, sent: 3, responses: 2, blocks: 9, peak: 7 }
    const traffic = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]
    observer.stats('w', stats({ routes: [{ ...counted, route: 'r', traffic }] }))
    const packets = await subscriber.count(2)
    const withoutTime = packets.map((each) =>
      each
        .replace(/8:duration,\d:\d+#/, '8:duration,N')
        .replace(/"duration":\d+/, '"duration":N')
        .replace(/T\d+:/, 'T'),
    )
    const bytes = ['client', 'server'].flatMap((end) =>
      ['header-bytes', 'content-bytes', 'messages'].flatMap((what) => [
        `${end}-${what}-received`,
        `${end}-${what}-sent`,
      ]),
    )
    const report = (
      route: string,
      received: number,
      blocks: number,
      sent: readonly number[],
      passed: readonly number[] = [],
    ): string => {
      const [connections = 0, minutes = 0, items = 0, responses = 0, blocksSent = 0] = sent
      const tail = format === 'json' ? bytes.map((name, i) => `"${name}":${passed[i] ?? 0}`).join() : ''
      const tnetTail = bytes.map((name, i) => `${text(name)}1:${passed[i] ?? 0}#`).join('')
      const tnetRoute = route === '' ? '' : `5:route,${text(route)}`
      return packet(
        'report',
        `${tnetRoute}11:connections,1:${connections}#7:minutes,1:${minutes}#8:received,1:${received}#4:sent,1:${items}#` +
          `18:http-response-sent,1:${responses}#15:blocks-received,1:${blocks}#11:blocks-sent,1:${blocksSent}#` +
          `8:duration,N${tnetTail}`,
        `${route === '' ? '' : `"route":"${route}",`}"connections":${connections},"minutes":${minutes},"received":${received},` +
          `"sent":${items},"http-response-sent":${responses},"blocks-received":${blocks},"blocks-sent":${blocksSent},` +
          `"duration":N,${tail}`,
      ).replace(/T\d+:/, 'T')
    }
    // The item has 5 bytes in its largest format; published items count under no route.
    assert.deepEqual(withoutTime.slice(0, 2), [report('', 1, 3, []), report('r', 0, 0, [7, 4, 3, 2, 9], traffic)])
  })
}

test('nothing is counted for packets that nobody has subscribed to', async (t) => {
  const { observer } = await observed(t, {}, 'activity', 'sub')
  assert.equal(observer.published(item('a'), [{ name: 'w' }]), 0)
})

test('workers are told what somebody reads, and connections only when they may be told', async (t) => {
  assert.deepEqual((await observed(t, {}, 'conn')).watched, [{ any: true, conn: true, sub: false, report: false }])
  const { watched } = await observed(t, { sendConnections: false })
  assert.deepEqual(watched, [{ any: true, conn: false, sub: true, report: false }])
})

test('a beginning of a type, or of a packet, is a subscription to the type', async (t) => {
  const { observer } = await observed(t, { sendConnections: false }, 'message T', 'sub')
  assert.notEqual(observer.published(item('a'), [{ name: 'w' }]), 0)
})

test('what a subscriber sends that is no subscription changes nothing', async (t) => {
  const { observer, spec } = await observed(t, {})
  const stranger = new XSubscriber({ linger: 0 })
  t.after(() => stranger.close())
  stranger.connect(spec)
  await stranger.send(Buffer.from('\x02message '))
  await stranger.send(Buffer.from('\x01nothing'))
  await stranger.send(Buffer.from('\x00nothing'))
  await stranger.send(Buffer.alloc(10_000, 1))
  const last = await observed(t, {}, 'message', 'sub')
  assert.equal(last.observer.watched.sub, true)
  assert.notEqual(observer.published(item('a'), [{ name: 'w' }]), 0)
  assert.equal(observer.watched.conn, true)
})

test('a message is told when the last worker has ended that had not answered', async (t) => {
  const { observer, subscriber, counters } = await observed(t, { format: 'json' })
  const number = observer.published(item('a'), [{ name: 'w' }, { name: 'x' }])
  observer.stats('w', stats({ receivers: [[number, 0, 5, 0]] }))
  observer.gone('x', 2)
  await subscriber.sees('message', { channel: 'a', count: 5 })
  assert.deepEqual(Object.fromEntries(counters.entries()), { messages_lost: 2 })
})

test('subscribers of several workers are one sum, told again when it changes and when a worker ends', async (t) => {
  const { observer, subscriber } = await observed(t, { format: 'json', subscriptionTtl: 60 })
  observer.stats('w', stats({ subscribers: [['a', 1, 2]] }))
  observer.stats('x', stats({ subscribers: [['a', 1, 3]] }))
  await subscriber.sees('sub', { channel: 'a', subscribers: 5 })
  observer.gone('x', 0)
  observer.stats('w', stats({ subscribers: [['a', 1, 4]] }))
  await subscriber.sees('sub', { channel: 'a', subscribers: 4 })
  observer.gone('w', 0)
  await subscriber.sees('sub', { channel: 'a', unavailable: true })
})

test('subscribers are told again before their time is up', async (t) => {
  const { observer, subscriber } = await observed(t, { format: 'json', subscriptionTtl: 1 })
  observer.stats('w', stats({ subscribers: [['a', 2, 1]] }))
  await subscriber.count(3)
  assert.deepEqual(new Set(subscriber.packets.map(String)).size, 1)
})

test('long polls count as subscribed for the time they linger, streams do not', async (t) => {
  const { observer, subscriber } = await observed(t, { format: 'json', subscriptionLinger: 1 })
  observer.stats(
    'w',
    stats({
      subscribers: [
        ['a', 0, 1],
        ['a', 1, 1],
        ['b', 0, 1],
      ],
    }),
  )
  observer.stats(
    'w',
    stats({
      subscribers: [
        ['a', 0, 0],
        ['a', 1, 0],
        ['b', 0, 0],
      ],
    }),
  )
  // It comes back in time.
  observer.stats('w', stats({ subscribers: [['a', 0, 2]] }))
  await subscriber.sees('sub', { channel: 'b', mode: 'response', unavailable: true })
  await subscriber.sees('sub', { channel: 'a', mode: 'response', subscribers: 2 })
  assert.deepEqual(
    subscriber.of('sub').filter(({ unavailable }) => unavailable === true),
    [
      { channel: 'a', mode: 'stream', unavailable: true },
      { channel: 'b', mode: 'response', unavailable: true },
    ],
  )
})

test('the most connections at a time are those of all workers', async (t) => {
  const { observer } = await observed(t, {})
  observer.stats('w', stats({ routes: [{ connections: 3, peak: 5 }] }))
  observer.stats('x', stats({ routes: [{ connections: 2, peak: 4 }] }))
  observer.stats('w', stats({ routes: [{ connections: 1, peak: 3 }] }))
  const totals = observer.routes.get(undefined)
  assert.equal(totals?.connections, 3)
  assert.equal(totals?.peak, 7)
  observer.gone('x', 0)
  assert.equal(totals?.connections, 1)
})
