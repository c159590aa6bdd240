import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toItem } from '../../../../proxy/doors/bus-item.ts'
import { busMessage } from '../../../../proxy/doors/socket-push/message-value.ts'
import { Rendering } from '../../../../proxy/doors/socket-push/rendering.ts'
import { parseItem } from '../../../../shared/grip/item/parse-item.ts'

const safe = new Rendering(false)

test('a JSON value comes through the bus as it was', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ a: { b: [1] } }, '~m~18~m~~j~{"a":{"b":[1]}}'],
    ['{"a":1}', '~m~7~m~{"a":1}'],
    [[1, 'x'], '~m~10~m~~j~[1,"x"]'],
    [1.5, '~m~3~m~1.5'],
    [true, '~m~4~m~true'],
    [null, '~m~0~m~'],
    ['', '~m~0~m~'],
    ['null', '~m~4~m~null'],
  ]
  for (const [value, packet] of cases) assert.equal(safe.packet(toItem('c', busMessage(value))).toString(), packet)
})

test('what says nothing is nothing in every form', () => {
  const item = parseItem({ channel: 'c', formats: { 'http-stream': { action: 'close' } } }, 'json')
  for (const render of [safe.packet, safe.frame, safe.script, safe.part]) assert.equal(render(item).length, 0)
})

test('with split arrays each element is a message of its own', () => {
  const strict = new Rendering(true)
  assert.equal(strict.packet(toItem('c', busMessage([1, { a: 1 }]))).toString(), '~m~1~m~1~m~10~m~~j~{"a":1}')
  assert.equal(strict.frame(toItem('c', busMessage([]))).length, 0)
})

test('each form is what its transport sends', () => {
  const item = toItem('c', busMessage('</script>\u2028'))
  assert.equal(safe.frame(item).toString('latin1'), '\x81\x14~m~10~m~</script>\xe2\x80\xa8')
  assert.equal(safe.part(item).toString(), 'Content-Type: text/plain\n\n~m~10~m~</script>\u2028\n--socketio\n')
  assert.equal(
    safe.script(item).toString(),
    String.raw`<script>parent.s._("~m~10~m~\u003c/script>\u2028", document);</script>`,
  )
})
