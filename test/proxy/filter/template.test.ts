import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FilterError } from '../../../proxy/filter/filter.ts'
import { type Expand, TemplateRenderer, render } from '../../../proxy/filter/template.ts'

/** Shows each directive with its argument. */
const show: Expand = (directive, argument, fail) =>
  directive === '!' ? fail('Not that') : Buffer.from(`<${directive}:${argument}>`, 'latin1')

const rendered: readonly (readonly [template: string, result: string])[] = [
  ['', ''],
  ['plain', 'plain'],
  ['%%', '%'],
  ['100%%, %%%%', '100%, %%'],
  ['%%(a)s', '%(a)s'],
  ['%I', '<I:>'],
  ['a%Ib%Ic', 'a<I:>b<I:>c'],
  ['%I%%%I', '<I:>%<I:>'],
  ['%(name)s', '<s:name>'],
  ['%()s', '<s:>'],
  ['%(a b,c(d)s', '<s:a b,c(d>'],
  ['%(100%)s', '<s:100%>'],
  ['%(a\\)b)s', '<s:a)b>'],
  ['%(a\\\\)s', '<s:a\\>'],
  ['%(\\n\\()s', '<s:n(>'],
  ['%(a)%', '<%:a>'],
  ['%1', '<1:>'],
  ['\x00\xff%(\x80\xfe)s\xc3', '\x00\xff<s:\x80\xfe>\xc3'],
  ['% ', '<\\x20:>'],
  ['%\x00%\x7f%\xe9', '<\\x00:><\\x7f:><\\xe9:>'],
]

for (const [template, result] of rendered) {
  test(`${JSON.stringify(template)} is rendered as ${JSON.stringify(result)}, wherever it is cut`, () => {
    const bytes = Buffer.from(template, 'latin1')
    assert.equal(render(bytes, show).toString('latin1'), result)
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.equal(inPieces([bytes.subarray(0, cut), bytes.subarray(cut)]), result, `cut at ${cut}`)
    }
    assert.equal(inPieces(Array.from(bytes, (byte) => Buffer.of(byte))), result, 'each byte alone')
  })
}

const failures: readonly (readonly [template: string, problem: string])[] = [
  ['%', "Expected directive after '%' at position 0"],
  ['ab%', "Expected directive after '%' at position 2"],
  ['%%%', "Expected directive after '%' at position 2"],
  ['ab%(', "Expected character after '(' at position 3"],
  ['ab%(cd', 'Unterminated field starting at position 3'],
  ['ab%(\\)', 'Unterminated field starting at position 3'],
  ['ab%(cd\\', "Expected character after '\\' at position 6"],
  ['ab%(cd)', "Expected directive after ')' at position 6"],
  ['ab%()', "Expected directive after ')' at position 4"],
  ['ab%!c', 'Not that at position 3'],
  ['%I%(x)s\xe9%(cd)!', 'Not that at position 13'],
]

for (const [template, problem] of failures) {
  test(`${JSON.stringify(template)} has the problem ${problem}, wherever it is cut`, () => {
    const bytes = Buffer.from(template, 'latin1')
    const expected = new FilterError(problem)
    assert.throws(() => render(bytes, show), expected)
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.throws(() => inPieces([bytes.subarray(0, cut), bytes.subarray(cut)]), expected, `cut at ${cut}`)
    }
  })
}

function inPieces(pieces: readonly Buffer[]): string {
  const renderer = new TemplateRenderer(show)
  const output = Buffer.concat(pieces.map((piece) => renderer.update(piece)))
  renderer.finish()
  return output.toString('latin1')
}

test('what is before a directive that is cut is sent without waiting for its end', () => {
  const renderer = new TemplateRenderer(show)
  assert.equal(renderer.update(Buffer.from('ab%I c%(d')).toString(), 'ab<I:> c')
  assert.equal(renderer.update(Buffer.from('e')).length, 0)
  assert.equal(renderer.update(Buffer.from(')s f')).toString(), '<s:de> f')
  renderer.finish()
})

test('a content without directives is not copied', () => {
  const content = Buffer.from('plain \x00')
  assert.equal(render(content, show), content)
})

test('the rendered bytes are not those of the content, which other connections get too', () => {
  const content = Buffer.from('%I and more')
  render(content, show).fill(0)
  assert.equal(content.toString(), '%I and more')
})

test('any bytes survive when their percent signs are doubled, in any pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }))
  fc.assert(
    fc.property(pieces, (list) => {
      const plain = Buffer.concat(list).toString('latin1')
      const doubled = list.map((piece) => Buffer.from(text(piece).replaceAll('%', '%%'), 'latin1'))
      assert.equal(inPieces(doubled), plain)
    }),
  )
})

test('any template means the same in any pieces', () => {
  const piece = fc.string({ unit: fc.constantFrom('%', '(', ')', '\\', 's', 'a', '!', '\xff'), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (list) => {
      const pieces = list.map((part) => Buffer.from(part, 'latin1'))
      const whole = outcome(() => render(Buffer.concat(pieces), show).toString('latin1'))
      assert.equal(
        outcome(() => inPieces(pieces)),
        whole,
      )
    }),
    { numRuns: 2000 },
  )
})

test('an argument has at most 10000 bytes, however it comes', () => {
  const most = `%(${'a'.repeat(10_000)})s`
  const more = `%(${'a'.repeat(10_001)})s`
  const expected = new FilterError('Argument is longer than 10000 bytes at position 10002')
  assert.equal(inPieces([Buffer.from(most)]).length, 10_004)
  assert.throws(() => inPieces([Buffer.from(more)]), expected)
  assert.throws(() => inPieces(Array.from(Buffer.from(more), (byte) => Buffer.of(byte))), expected)
})

test('directives make a content at most 1000000 bytes longer', () => {
  const long = Buffer.alloc(100_000, 'x')
  const expandLong: Expand = () => long
  const renderLong = (template: string) => render(Buffer.from(template), expandLong)
  assert.equal(renderLong(`${'%I'.repeat(10)}${'.'.repeat(50)}`).length, 1_000_050)
  assert.throws(
    () => renderLong('%I'.repeat(11)),
    new FilterError('Content grows by more than 1000000 bytes at position 21'),
  )
  // What is there already does not count, nor does what becomes shorter.
  assert.equal(renderLong(`${'.'.repeat(2_000_000)}%I`).length, 2_100_000)
  assert.equal(renderLong('%%'.repeat(2_000_000)).length, 2_000_000)
})

function outcome(action: () => string): string {
  try {
    return action()
  } catch (error) {
    return String(error)
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
