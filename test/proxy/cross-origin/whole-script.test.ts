import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldScript, relayedScript } from '../../../proxy/cross-origin/whole-script.ts'
import type { JsonpRequest } from '../../../proxy/cross-origin/jsonp-request.ts'

const EXTENDED: JsonpRequest = {
  mode: 'extended',
  callback: 'a.b',
  method: 'GET',
  target: '/',
  rawHeaders: [],
  body: undefined,
}
const BASIC: JsonpRequest = { ...EXTENDED, mode: 'basic' }

function response(body: string | Buffer): Parameters<typeof heldScript>[1] {
  const headers = [
    ['content-type', 'text/x'],
    ['X-A', '1'],
    ['Cache-Control', 'no-store'],
    ['X-A', '2'],
    ['__proto__', '</p>'],
  ] as const
  return { code: 201, reason: 'Mad\xc3\xa9', headers, body: Buffer.from(body) }
}

function shown({ code, reason, headers, body }: ReturnType<typeof heldScript>): string[] {
  return [`${code} ${reason}`, ...headers.map((pair) => pair.join(': ')), String(body)]
}

test('a script for a response at once has its own headers, and those for caches', () => {
  assert.deepEqual(shown(relayedScript(EXTENDED, response('</x>'))), [
    '200 OK',
    'Content-Type: application/javascript',
    'Cache-Control: no-store',
    '/**/a.b({"code": 201, "reason": "Madé", "headers": {"Cache-Control":"no-store","X-A":"1",' +
      '"__proto__":"\\u003c/p>","content-type":"text/x"}, "body": "\\u003c/x>"});\n',
  ])
})

test('a script for a held request keeps the headers, and has repeated ones as one', () => {
  assert.deepEqual(shown(heldScript(EXTENDED, response('é\u2028\n'))), [
    '200 OK',
    'X-A: 1',
    'Cache-Control: no-store',
    'X-A: 2',
    '__proto__: </p>',
    'Content-Type: application/javascript',
    '/**/a.b({"body":"é\\u2028\\n","code":201,"headers":{"Cache-Control":"no-store","X-A":"1, 2",' +
      '"__proto__":"\\u003c/p>","content-type":"text/x"},"reason":"Madé"});\n',
  ])
})

test('in basic mode the function gets the published body, or nothing', () => {
  assert.equal(shown(heldScript(BASIC, response('[1]\n\n'))).at(-1), '/**/a.b([1]\n);\n')
  assert.equal(shown(heldScript(BASIC, response(''))).at(-1), '/**/a.b();\n')
})

test('what is not UTF-8, or nothing in basic mode, cannot be encoded', () => {
  const error = [
    '500 Internal Server Error',
    'Content-Type: text/plain',
    'Upstream response could not be JSON-P encoded.\n',
  ]
  assert.deepEqual(shown(heldScript(EXTENDED, response(Buffer.from([0xff])))), error)
  assert.deepEqual(shown(heldScript(BASIC, response(Buffer.from([0xff])))), error)
  assert.deepEqual(shown(relayedScript(EXTENDED, response(Buffer.from([0xff])))), error)
  assert.deepEqual(shown(relayedScript(BASIC, response(''))), error)
})
