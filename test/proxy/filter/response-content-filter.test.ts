import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FilterError } from '../../../proxy/filter/filter.ts'
import { responseContentFilter } from '../../../proxy/filter/response-content-filter.ts'

const context = { subMeta: { id_format: '%(a)s', id_encoding: 'hex', name: 'x' }, prevIds: new Map([['a', '15']]) }

function filterOf(...filters: string[][]) {
  return responseContentFilter(filters, context)
}

test('a response without build-id is left alone', () => {
  assert.equal(filterOf(), undefined)
  assert.equal(filterOf([], ['skip-self', 'var-subst', 'http-modify', 'unknown']), undefined)
})

test('build-id runs over the response once, however many channels have it', () => {
  const filter = filterOf(['var-subst', 'build-id', 'build-id'], ['build-id'])
  assert.equal(filter?.update(Buffer.from('%I %%I %%(name)s')).toString(), '3135 %I %(name)s')
  filter?.finish()
})

test('build-id counts on whichever channel it is', () => {
  assert.equal(filterOf(['skip-self'], ['build-id'])?.update(Buffer.from('%I')).toString(), '3135')
})

test('the response may come in any pieces', () => {
  const body = Buffer.from('id: %I\n\n%(\\)\xff)I%%\n', 'latin1')
  for (let first = 0; first <= body.length; first++) {
    for (let second = first; second <= body.length; second++) {
      const filter = filterOf(['build-id'])
      assert.ok(filter !== undefined)
      const pieces = [body.subarray(0, first), body.subarray(first, second), body.subarray(second)]
      const sent = Buffer.concat(pieces.map((piece) => filter.update(piece)))
      filter.finish()
      assert.equal(sent.toString('latin1'), 'id: 3135\n\n29ff%\n', `cut at ${first} and ${second}`)
    }
  }
})

test('positions in errors count from the beginning of the response', () => {
  const filter = filterOf(['build-id'])
  filter?.update(Buffer.from('0123456789'))
  filter?.update(Buffer.from('%'))
  assert.throws(() => filter?.update(Buffer.from('s')), new FilterError("Unknown directive 's' at position 11"))
})

test('a response that ends within a directive is an error', () => {
  const filter = filterOf(['build-id'])
  assert.equal(filter?.update(Buffer.from('id: %(x')).toString(), 'id: ')
  assert.throws(() => filter?.finish(), new FilterError('Unterminated field starting at position 5'))
})

test('metadata that will not do is an error before anything is sent', () => {
  const wrong: readonly (readonly [subMeta: Record<string, string>, message: string])[] = [
    [{}, "no sub meta 'id_format'"],
    [{ id_format: '%(b)s' }, "failed to render ID: No such variable 'b' at position 4"],
    [{ id_format: '', id_encoding: 'rot13' }, 'unsupported encoding: rot13'],
  ]
  for (const [subMeta, message] of wrong) {
    assert.throws(() => responseContentFilter([['build-id']], { ...context, subMeta }), new FilterError(message))
  }
})
