import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instruct } from '../../../../shared/grip/instruct/instruct.ts'
import { parseInstruct } from '../../../../shared/grip/instruct/parse-instruct.ts'
import type { HeaderList } from '../../../../shared/grip/item/publish-item.ts'

/** Parses a response with these headers, written as in HTTP. */
function parse(...lines: string[]): Instruct {
  const headers: HeaderList = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return parseInstruct({ code: 200, reason: 'OK', headers, body: Buffer.from('body') }, { legacyTypes: true })
}

test('a response without instructions passes as it is', () => {
  const { meta, ...instruct } = parse('Content-Type: text/plain')
  assert.deepEqual({ ...meta }, {})
  assert.deepEqual(instruct, {
    hold: 'none',
    channels: [],
    timeout: 55,
    keepAlive: undefined,
    nextLink: undefined,
    goneLink: undefined,
    response: { code: 200, reason: 'OK', headers: [['Content-Type', 'text/plain']], body: Buffer.from('body') },
  })
})

test('channels add up over headers, with previous ids and filters in order', () => {
  const { channels, hold } = parse(
    'Grip-Hold: stream',
    'Grip-Channel: a; prev-id=1, b;Filter=skip-self;filter="build-id"',
    'grip-channel: c',
  )
  assert.equal(hold, 'stream')
  assert.deepEqual(channels, [
    { name: 'a', prevId: '1', filters: [] },
    { name: 'b', prevId: undefined, filters: ['skip-self', 'build-id'] },
    { name: 'c', prevId: undefined, filters: [] },
  ])
})

test('an empty Grip-Channel is a response without channels', () => {
  assert.deepEqual(parse('Grip-Channel:').channels, [])
})

test('hold timeouts are at least 5 seconds and never overflow a timer', () => {
  assert.equal(parse('Grip-Timeout: 20').timeout, 20)
  assert.equal(parse('Grip-Timeout: 0').timeout, 5)
  assert.equal(parse('Grip-Timeout: 99999999999').timeout, 2_147_483)
})

const keepAlives: Array<[value: string, keepAlive: Instruct['keepAlive']]> = [
  ['', undefined],
  ['ping', { content: Buffer.from('ping'), mode: 'idle', timeout: 55 }],
  ['a,b "c; mode=interval; timeout=0', { content: Buffer.from('a,b "c'), mode: 'interval', timeout: 1 }],
  ['AP8=; format=base64', { content: Buffer.from([0, 255]), mode: 'idle', timeout: 55 }],
  [
    String.raw`event: keep-alive\ndata: \n\n; format=cstring; timeout=20`,
    { content: Buffer.from('event: keep-alive\ndata: \n\n'), mode: 'idle', timeout: 20 },
  ],
  ['gr\u00fcn', { content: Buffer.from([0x67, 0x72, 0xfc, 0x6e]), mode: 'idle', timeout: 55 }],
]

for (const [value, keepAlive] of keepAlives) {
  test(`Grip-Keep-Alive: ${value}`, () => assert.deepEqual(parse(`Grip-Keep-Alive: ${value}`).keepAlive, keepAlive))
}

test('only the first Grip-Keep-Alive counts', () => {
  assert.equal(parse('Grip-Keep-Alive: a', 'Grip-Keep-Alive: ;').keepAlive?.content.toString(), 'a')
})

test('metadata is taken from the first pair of each element, quotes removed', () => {
  const { meta } = parse(String.raw`Grip-Set-Meta: user="x\"y", Room = 1; ignored=2`, 'Grip-Set-Meta: __proto__=p')
  assert.deepEqual(Object.entries(meta), [
    ['user', 'x"y'],
    ['Room', '1'],
    ['__proto__', 'p'],
  ])
})

const statuses: Array<[value: string, status: [code: number, reason: string]]> = [
  ['304', [304, 'Not Modified']],
  ['404 Nowhere To Be Seen', [404, 'Nowhere To Be Seen']],
  ['299', [299, '']],
  ['0', [0, '']],
]

for (const [value, status] of statuses) {
  test(`Grip-Status: ${value} replaces the status`, () => {
    const { response } = parse(`Grip-Status: ${value}`)
    assert.deepEqual([response.code, response.reason], status)
  })
}

test('the client sees neither Grip headers nor those that frame the body', () => {
  const { response } = parse(
    'Grip-Hold: stream',
    'GRIP-other: x',
    'Connection: close',
    'Keep-Alive: 5',
    'Content-Encoding: gzip',
    'Transfer-Encoding: chunked',
    'Content-Length: 4',
    'Set-Cookie: a',
    'Set-Cookie: b',
  )
  assert.deepEqual(response.headers, [
    ['Set-Cookie', 'a'],
    ['Set-Cookie', 'b'],
  ])
})

test('Grip-Expose-Headers leaves only the headers it names', () => {
  const { response } = parse('A: 1', 'B: 2', 'C: 3', 'Grip-Expose-Headers: a, x', 'Grip-Expose-Headers: C, Grip-Status')
  assert.deepEqual(response.headers, [
    ['A', '1'],
    ['C', '3'],
  ])
  assert.deepEqual(parse('A: 1', 'Grip-Expose-Headers:').response.headers, [])
})

test('of several links the last of each kind counts', () => {
  const { nextLink, goneLink } = parse(
    'Grip-Link: </old>; rel=next, <https://example.com/n?x=1>; rel=next; timeout=30',
    'Grip-Link: <gone>; rel=gone, </other>; rel=other, </unrelated>',
  )
  assert.deepEqual(nextLink, { uri: 'https://example.com/n?x=1', timeout: 30 })
  assert.deepEqual(goneLink, { uri: 'gone' })
  assert.equal(parse('Grip-Link: </n>; rel=next').nextLink?.timeout, 120)
})

const refused: Array<[header: string, message: string]> = [
  ['Grip-Hold: forever', "Grip-Hold must be set to either 'response' or 'stream'"],
  ['Grip-Channel: ;prev-id=1', 'failed to parse Grip-Channel'],
  [`Grip-Channel: a${';filter=f'.repeat(6)}`, "too many filters for channel 'a'"],
  ['Grip-Timeout: soon', 'failed to parse Grip-Timeout'],
  ['Grip-Timeout: -1', 'Grip-Timeout has invalid value'],
  ['Grip-Keep-Alive: ; timeout=5', 'Grip-Keep-Alive cannot be empty'],
  ['Grip-Keep-Alive: a; mode=x', "no such Grip-Keep-Alive mode 'x'"],
  ['Grip-Keep-Alive: a; timeout=NaN', 'failed to parse Grip-Keep-Alive timeout value'],
  ['Grip-Keep-Alive: a; timeout=-1', 'Grip-Keep-Alive timeout has invalid value'],
  [String.raw`Grip-Keep-Alive: \x; format=cstring`, 'failed to parse Grip-Keep-Alive cstring format'],
  ['Grip-Keep-Alive: a; format=hex', "no such Grip-Keep-Alive format 'hex'"],
  ['Grip-Set-Meta: =x', 'Grip-Set-Meta cannot be empty'],
  ['Grip-Status: 1000', 'Grip-Status contains invalid status code'],
  ['Grip-Status: -1', 'Grip-Status contains invalid status code'],
  ['Grip-Status: OK', 'Grip-Status contains invalid status code'],
  ['Grip-Status: 200 a\r\nB: c', 'Grip-Status contains invalid reason'],
  ['Grip-Link: /n; rel=next', 'failed to parse Grip-Link value'],
  ['Grip-Link: <http://:x/>; rel=other', 'Grip-Link contains invalid link'],
  ['Grip-Link: <>; rel=gone', 'Grip-Link contains invalid link'],
  ['Grip-Link: </n>; rel=next; timeout=x', 'failed to parse Grip-Link timeout value'],
  ['Grip-Link: </n>; rel=next; timeout=-1', 'Grip-Link timeout has invalid value'],
]

for (const [header, message] of refused) {
  test(`${JSON.stringify(header)} is refused`, () => {
    assert.throws(() => parse(header), { name: 'InstructError', message })
  })
}
