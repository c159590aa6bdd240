import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPacket } from '../../../../proxy/doors/socket-push/socket-io/packet-reader.ts'
import type { ReadUnit } from '../../../../proxy/doors/socket-push/socket-io/packet-reader.ts'
import { dataOf, heartbeatUnit, unit } from '../../../../proxy/doors/socket-push/socket-io/packet-writer.ts'

test('units have the length of their data in UTF-16 code units', () => {
  assert.equal(unit('hi'), '~m~2~m~hi')
  assert.equal(unit(''), '~m~0~m~')
  assert.equal(unit('ü😀'), '~m~3~m~ü😀')
  assert.equal(heartbeatUnit(12), '~m~5~m~~h~12')
})

test('objects and arrays are marked as JSON, all else is text', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ a: 1 }, '~j~{"a":1}'],
    [[], '~j~[]'],
    ['text', 'text'],
    ['', ''],
    [5, '5'],
    [false, 'false'],
    [null, ''],
  ]
  for (const [value, data] of cases) assert.equal(dataOf(value), data)
})

function text(content: string): ReadUnit {
  return { isHeartbeat: false, text: content }
}

test('the units of a packet are read in order, up to a heartbeat', () => {
  assert.deepEqual(readPacket(''), [])
  assert.deepEqual(readPacket('~m~2~m~hi~m~0~m~~m~4~m~~m~5'), [text('hi'), text(''), text('~m~5')])
  assert.deepEqual(readPacket('~m~10~m~~j~{"a":1}'), [text('{"a":1}')])
  assert.deepEqual(readPacket('~m~3~m~ü😀'), [text('ü😀')])
  assert.deepEqual(readPacket('~m~4~m~~h~7garbage'), [{ isHeartbeat: true, text: '7' }])
})

test('what is not a packet to its end is none', () => {
  const whole = '~m~2~m~hi~m~3~m~you'
  for (let cut = 1; cut < whole.length; cut++) {
    assert.deepEqual(readPacket(whole.slice(0, cut)), cut === 9 ? [text('hi')] : undefined)
  }
  for (const packet of [
    'hi',
    '~m~',
    '~m~~m~',
    '~m~-1~m~',
    '~m~+1~m~a',
    '~m~1e1~m~aaaaaaaaaa',
    '~m~9999999999~m~',
    '~m~1~m~ab',
    ' ~m~1~m~a',
  ]) {
    assert.equal(readPacket(packet), undefined, packet)
  }
})
