import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sessionIdIn } from '../../../proxy/session/detect-session.ts'
import type { DetectRule } from '../../../shared/link/session-calls.ts'

const rule = (sidPointer: string, jsonParam?: string): DetectRule => ({
  domain: 'a',
  pathPrefix: '/',
  sidPointer,
  jsonParam,
})

const cases: [what: string, body: string, rules: DetectRule[], sid: string | undefined][] = [
  ['in a JSON body', '{"sid":"s1"}', [rule('/sid')], 's1'],
  ['in a form parameter', 'x=1&data=%7B%22sid%22%3A+%22s%2B1%22%7D', [rule('/sid', 'data')], 's+1'],
  ['with the second rule, when the first finds none', '{"b":"s1"}', [rule('/a'), rule('/b')], 's1'],
  ['with the first rule, when both find one', '{"a":"s1","b":"s2"}', [rule('/b'), rule('/a')], 's2'],
  ['in text that is not ASCII', '{"sid":"grün"}', [rule('/sid')], 'grün'],
  ['not without rules', '{"sid":"s1"}', [], undefined],
  ['not in what is no JSON', 'sid=s1', [rule('/sid')], undefined],
  ['not in a document that was cut', '{"sid":"s1"', [rule('/sid')], undefined],
  ['not in a form without the parameter', 'x=1', [rule('/sid', 'data')], undefined],
  ['not when it is a number', '{"sid":1}', [rule('/sid')], undefined],
  ['not when it is empty', '{"sid":""}', [rule('/sid')], undefined],
  ['not when it would add a header', '{"sid":"s\\r\\nX: 1"}', [rule('/sid')], undefined],
  ['not when it is too long', `{"sid":"${'s'.repeat(1025)}"}`, [rule('/sid')], undefined],
]

for (const [what, body, rules, sid] of cases) {
  test(`a session is found ${what}`, () => assert.equal(sessionIdIn(Buffer.from(body), rules), sid))
}
