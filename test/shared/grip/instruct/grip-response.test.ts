import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGripResponse } from '../../../../shared/grip/instruct/grip-response.ts'

const cases: Array<[headers: string[], grip: boolean, gripWithLegacyTypes: boolean]> = [
  [[], false, false],
  [['Content-Type', 'text/plain', 'X-Grip-Hold', 'stream'], false, false],
  [['X', 'Grip-Hold'], false, false],
  [['Grip-Channel', ''], true, true],
  [['gRIP-Anything', 'x'], true, true],
  [['content-type', 'application/grip-instruct'], true, true],
  [['Content-Type', ' application/grip-instruct ; charset=utf-8'], true, true],
  [['Content-Type', 'application/grip-instructions'], false, false],
  [['Content-Type', 'application/x-fo-instruct'], false, true],
  [['Content-Type', 'application/fo-instruct'], false, true],
]

for (const [headers, grip, gripWithLegacyTypes] of cases) {
  test(`a response with [${headers.join(': ')}] is ${grip ? '' : 'not '}for the gateway`, () => {
    assert.equal(isGripResponse(headers, false), grip)
    assert.equal(isGripResponse(headers, true), gripWithLegacyTypes)
  })
}
