import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FrameReader } from '../../../../proxy/websocket/frames/frame-reader.ts'
import type { FrameRules } from '../../../../proxy/websocket/frames/frame-rules.ts'
import { arbitraryFrames, cutAt } from './arbitrary-frames.ts'
import { fromClient, fromServer, read, RecordingSink } from './recording-sink.ts'

const places = fc.array(fc.nat(), { maxLength: 12 })

for (const [peer, expected] of Object.entries({ client: fromClient, server: fromServer })) {
  const rules: FrameRules = { ...expected, maxMessage: 100_000 }

  test(`whatever a ${peer} sends reads the same wherever it is cut`, () => {
    fc.assert(
      fc.property(arbitraryFrames(rules.masked), places, (bytes, places) => {
        const whole = read(rules, [bytes])
        assert.equal(whole.error, undefined)
        assert.deepEqual(read(rules, cutAt(bytes, places)), whole)
      }),
      { numRuns: 300 },
    )
  })

  test(`whatever a ${peer} sends reads the same with pauses`, () => {
    fc.assert(
      fc.property(arbitraryFrames(rules.masked), places, fc.infiniteStream(fc.boolean()), (bytes, places, coin) => {
        const sink = new RecordingSink()
        const reader = new FrameReader(sink, rules)
        const toss = (): boolean => coin.next().value === true
        sink.after = () => {
          if (toss()) reader.pause()
        }
        for (const chunk of cutAt(bytes, places)) {
          reader.push(chunk)
          if (toss()) reader.resume()
        }
        while (reader.paused) reader.resume()
        assert.deepEqual(sink.calls, read(rules, [bytes]).calls)
      }),
      { numRuns: 300 },
    )
  })

  test(`wrong bytes from a ${peer} end in the same error wherever they are cut`, () => {
    const change = fc.tuple(fc.nat(), fc.nat(255))
    const changes = fc.array(change, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(arbitraryFrames(rules.masked), changes, places, (bytes, changes, places) => {
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        const whole = read(rules, [bytes])
        const cut = read(rules, cutAt(bytes, places))
        assert.deepEqual([cut.error?.closeCode, cut.error?.message], [whole.error?.closeCode, whole.error?.message])
        // Of a text that turns out to be none, the pieces before were handed on.
        const isText = whole.error?.closeCode === 1007
        if (!isText) assert.deepEqual(cut.calls, whole.calls)
        else assert.ok(cut.calls.join('\n').startsWith(whole.calls.join('\n')))
      }),
      { numRuns: 1000 },
    )
  })
}
