import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Utf8Check } from '../../../../proxy/websocket/frames/utf8-check.ts'
import { cutAt } from './arbitrary-frames.ts'

/** Ends of characters; one of them completes every character that can be completed. */
const ENDS = ['', '80', '90', 'a0', '8080', '9080', 'a080', '808080', '908080'].map((end) => Buffer.from(end, 'hex'))

/** Whether something can follow the bytes so that they are UTF-8. */
function canBeText(bytes: Buffer): boolean {
  return ENDS.some((end) => isUtf8(Buffer.concat([bytes, end])))
}

function agrees(bytes: Buffer, places: readonly number[]): void {
  const check = new Utf8Check()
  let seen = Buffer.alloc(0)
  for (const piece of cutAt(bytes, places)) {
    seen = Buffer.concat([seen, piece])
    const expected = canBeText(seen)
    assert.equal(check.push(piece), expected, seen.toString('hex'))
    if (!expected) return
    assert.equal(check.end(), isUtf8(seen), seen.toString('hex'))
  }
}

test('every first and second byte is judged at once, alone and with what follows', () => {
  for (let first = 0; first <= 0xff; first++) {
    for (let second = 0; second <= 0xff; second++) {
      const bytes = Buffer.from([first, second, 0x80, 0x80])
      agrees(bytes, [1, 2, 3])
      agrees(bytes, [2])
      agrees(bytes.subarray(0, 3), [])
      agrees(Buffer.concat([Buffer.from('a'), bytes.subarray(0, 2)]), [])
    }
  }
})

test('texts and near texts are judged alike wherever they are cut', () => {
  const odd = fc.constantFrom(0x7f, 0x80, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5)
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.array(odd, { maxLength: 2 }).map((bytes) => Buffer.from(bytes)),
  )
  const bytes = fc.array(part, { maxLength: 6 }).map((parts) => Buffer.concat(parts))
  fc.assert(fc.property(bytes, fc.array(fc.nat(), { maxLength: 10 }), agrees), { numRuns: 3000 })
})

test('a text may end before its first byte', () => {
  assert.equal(new Utf8Check().end(), true)
  assert.equal(new Utf8Check().push(Buffer.alloc(0)), true)
})
