import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patchBody } from '../../../proxy/hold/body-patch.ts'

const patched: [body: string, operations: unknown[], result: string][] = [
  ['{"n":1}', [{ op: 'replace', path: '/n', value: 2 }], '{"n":2}'],
  ['{ "n" : 1 }\n', [{ op: 'add', path: '/m', value: 'ü' }], '{"n":1,"m":"ü"}\n'],
  ['[1,2]\r\n', [{ op: 'remove', path: '/0' }], '[2]\r\n'],
  ['{"a":1}', [{ op: 'move', from: '/a', path: '/b' }], '{"b":1}'],
  ['{"a":[1]}', [{ op: 'copy', from: '/a', path: '/b' }], '{"a":[1],"b":[1]}'],
  ['{"a":1}', [{ op: 'test', path: '/a', value: 1 }], '{"a":1}'],
  ['{"a/b~c":1}', [{ op: 'replace', path: '/a~1b~0c', value: 2 }], '{"a/b~c":2}'],
  ['[1]', [{ op: 'add', path: '/-', value: 2 }], '[1,2]'],
  ['{"a":1}\n\n', [], '{"a":1}\n'],
]

for (const [body, operations, result] of patched) {
  test(`${JSON.stringify(body)} and ${JSON.stringify(operations)} give ${JSON.stringify(result)}`, () => {
    assert.equal(patchBody(Buffer.from(body), operations)?.toString(), result)
  })
}

const add = [{ op: 'add', path: '/a', value: 1 }]

const refused: [what: string, body: string, operations: unknown[]][] = [
  ['a body that is not JSON', 'nothing yet', add],
  ['an empty body', '', add],
  ['a body that is neither object nor list', '"text"', add],
  ['null', 'null', add],
  ['a path that is not there', '{}', [{ op: 'remove', path: '/a' }]],
  ['a test that fails', '{"a":1}', [{ op: 'test', path: '/a', value: 2 }]],
  ['an unknown operation', '{}', [{ op: 'merge', path: '/a', value: 1 }]],
  ['an operation that is no object', '{}', ['add']],
  ['an operation without path', '{}', [{ op: 'add', value: 1 }]],
  ['an index past the end', '[]', [{ op: 'add', path: '/5', value: 1 }]],
  ['a path into the prototype', '{}', [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
  ['a path into the constructor', '{}', [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }]],
]

for (const [what, body, operations] of refused) {
  test(`${what} is not patched`, () => {
    assert.equal(patchBody(Buffer.from(body), operations), undefined)
    assert.equal('polluted' in {}, false)
  })
}

test('a failing operation leaves the body of the next publish as it was', () => {
  const body = Buffer.from('{"a":1}')
  assert.equal(patchBody(body, [...add, { op: 'test', path: '/a', value: 7 }]), undefined)
  assert.equal(body.toString(), '{"a":1}')
})
