import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { ScriptEncoder } from '../../../proxy/cross-origin/script-encoder.ts'
import type { JsonpRequest } from '../../../proxy/cross-origin/jsonp-request.ts'

const HEAD = { code: 200, reason: 'OK', headers: ['X-B', '2', 'X-A', 'caf\xc3\xa9', 'X-B', '3'] }

/** The script for a body that comes in these pieces; undefined when there is none. */
function script(mode: JsonpRequest['mode'], pieces: readonly Buffer[], head = HEAD): string | undefined {
  const jsonp = { mode, callback: 'cb', method: 'GET', target: '/', rawHeaders: [], body: undefined } as const
  const encoder = new ScriptEncoder(jsonp, head)
  const texts = [encoder.start(), ...pieces.map((piece) => encoder.piece(piece)), encoder.end()]
  return texts.includes(undefined) ? undefined : texts.join('')
}

/** What a page's function is called with. */
function called(text: string | undefined): unknown {
  let argument: unknown
  assert.ok(text)
  runInNewContext(text, { cb: (value: unknown) => (argument = value) })
  return JSON.parse(JSON.stringify(argument))
}

test('in extended mode a script has status, first headers in the order of their names, and body', () => {
  assert.equal(
    script('extended', [Buffer.from('a"\\\n')]),
    '/**/cb({"code": 200, "reason": "OK", "headers": {"X-A":"café","X-B":"2"}, "body": "a\\"\\\\\\n"});\n',
  )
})

test('in basic mode a script has the body without one line feed at its end', () => {
  const bodies: readonly (readonly [pieces: readonly string[], script: string])[] = [
    [['[1]'], '[1]'],
    [['[1]\n'], '[1]'],
    [['[1]\n\n'], '[1]\n'],
    [['[1]', '\n'], '[1]'],
    [['[1]\n', '\n'], '[1]\n'],
    [['[\n', '1]'], '[\n1]'],
    [['[1]\r\n'], '[1]\r'],
    [['\n'], ''],
  ]
  for (const [pieces, expected] of bodies) {
    const text = script(
      'basic',
      pieces.map((piece) => Buffer.from(piece)),
    )
    assert.equal(text, `/**/cb(${expected});\n`)
  }
})

test('nothing is no script in basic mode, and an empty text in extended mode', () => {
  assert.equal(script('basic', []), undefined)
  assert.equal(
    script('extended', [], { code: 204, reason: 'No Content', headers: [] }),
    '/**/cb({"code": 204, "reason": "No Content", "headers": {}, "body": ""});\n',
  )
})

test('a body that is not UTF-8 is no script, wherever it is cut', () => {
  for (const mode of ['basic', 'extended'] as const) {
    assert.equal(script(mode, [Buffer.from([0x61, 0xff])]), undefined)
    assert.equal(script(mode, [Buffer.from([0x61, 0xc3])]), undefined)
    assert.equal(script(mode, [Buffer.from([0xc3]), Buffer.from([0x61])]), undefined)
  }
})

test('no body can end its string or the script element it is put into', () => {
  const body = '</script><!--\u2028\u2029'
  const safe = '\\u003c/script>\\u003c!--\\u2028\\u2029'
  assert.ok(script('extended', [Buffer.from(body)])?.endsWith(`"body": "${safe}"});\n`))
  assert.equal(script('basic', [Buffer.from(`["${body}"]`)]), `/**/cb(["${safe}"]);\n`)
  const head = { code: 200, reason: '<', headers: ['X-A', '</script>'] }
  assert.ok(!script('extended', [], head)?.includes('<'))
})

test('a page gets every body as it was, however it was cut', () => {
  const special = fc.constantFrom('<', '\u2028', '\n', '\uFEFF', '"', '\\', 'é', '🙂')
  const body = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: special }))
  fc.assert(
    fc.property(body, fc.array(fc.nat(40)), (text, cuts) => {
      const pieces = (content: string): Buffer[] => {
        const bytes = Buffer.from(content)
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
        return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end))
      }
      // A lone surrogate has no UTF-8.
      const sent = Buffer.from(text).toString()
      assert.equal((called(script('extended', pieces(text))) as { body: string }).body, sent)
      assert.deepEqual(called(script('basic', pieces(JSON.stringify([sent])))), [sent])
    }),
  )
})
